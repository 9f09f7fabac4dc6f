/** docs/QUICKSTART.md is followed from top to bottom, with a Redis at hand. */
import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { startRedis } from "../src/redis/testing.ts";
import { SESSIONS } from "./document_commands.ts";
import { Reader } from "./document_reader.ts";
import { startStage } from "./document_stage.ts";
import { namesIn, rowsOf } from "./document_tables.ts";

/** What has a name for each page, ticket and client; the documents say that there is more. */
const INTERNAL = /^pnl:(page|ticket|spent):/;

/** The keys in Redis are those that docs/INTEGRATION.md lists, and of the type that it says. */
async function compareKeys(client: Redis): Promise<void> {
  const shown = rowsOf("docs/INTEGRATION.md", "The event stream in Redis", "key")
    .map(([name, type = ""]) => [namesIn(name)[0]!, type] as const);
  const types = new Map(shown);
  const keys = (await client.keys("*")).filter((key) => !INTERNAL.test(key));
  for (const key of keys) assert.equal(await client.type(key), types.get(key), key);
  assert.ok(keys.length >= 5, `${keys.length} keys`);
}

Deno.test("docs/QUICKSTART.md can be followed from top to bottom in a fresh clone", async () => {
  await using redis = await startRedis();
  await using stage = await startStage();
  const reader = new Reader(stage, {}, redis.url);
  for (const path of SESSIONS.quickstart) await reader.read(path);
  assert.ok(reader.done.commands >= 18, `${reader.done.commands} commands`);
  assert.deepEqual(stage.traces(), [], "`deno fmt --check` and `git status` find nothing new");
  await compareKeys(redis.client);
});
