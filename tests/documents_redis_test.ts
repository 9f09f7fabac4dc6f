/** docs/QUICKSTART.md is followed from top to bottom, with a Redis at hand. */
import assert from "node:assert/strict";
import { startRedis } from "../src/redis/testing.ts";
import { SESSIONS } from "./document_commands.ts";
import { Reader } from "./document_reader.ts";
import { startStage } from "./document_stage.ts";

Deno.test("docs/QUICKSTART.md can be followed from top to bottom in a fresh clone", async () => {
  await using redis = await startRedis();
  await using stage = await startStage();
  const reader = new Reader(stage, {}, redis.url);
  for (const path of SESSIONS.quickstart) await reader.read(path);
  assert.ok(reader.done.commands >= 18, `${reader.done.commands} commands`);
});
