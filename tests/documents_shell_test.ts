/** README.md and the pages under docs are followed from top to bottom, as somebody would at a terminal. */
import assert from "node:assert/strict";
import { SECRET, startReceiver } from "../src/alerts/testing.ts";
import { SESSIONS } from "./document_commands.ts";
import { Reader } from "./document_reader.ts";
import { type Stage, startStage } from "./document_stage.ts";

/** Leaves the rules of docs/alerts.example.json in the reader's folder, for another webhook. */
function leaveRules({ folder }: Stage, url: string): Record<string, string> {
  const rules = JSON.parse(Deno.readTextFileSync(`${folder}/docs/alerts.example.json`));
  const secretEnv = "PNL_ALERT_SECRET_ON_CALL";
  rules.webhooks = rules.webhooks.map(({ name }: { name: string }) => ({ name, url, secretEnv }));
  Deno.writeTextFileSync(`${folder}/alerts.json`, JSON.stringify(rules));
  return { PNL_ALERTS_FILE: "alerts.json", [secretEnv]: SECRET };
}

Deno.test("every command of README.md and docs does what they say, and answers as shown", async () => {
  await using hook = startReceiver();
  await using stage = await startStage();
  const reader = new Reader(stage, leaveRules(stage, hook.url));
  for (const path of SESSIONS.pages) await reader.read(path);
  assert.ok(reader.done.commands >= 35, `${reader.done.commands} commands`);
  assert.ok(reader.done.answers >= 9, `${reader.done.answers} answers`);
  assert.deepEqual(stage.traces(), [], "`deno fmt --check` and `git status` find nothing new");
});
