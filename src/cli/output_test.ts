import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** Runs what follows with its standard output, or error, on a device that takes nothing. */
const INTO_FULL = `
import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";
const [full, ...args] = Deno.args;
const device = openSync("/dev/full", "w");
const stdio = ["ignore", full === "out" ? device : "pipe", full === "err" ? device : "pipe"];
const { status, stdout, stderr } = spawnSync(Deno.execPath(), args, { stdio });
console.log(JSON.stringify({ code: status, out: String(stdout ?? ""), err: String(stderr ?? "") }));
`;

async function runIntoFull(full: "out" | "err", args: readonly string[]) {
  const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
  const flags = ["-q", "--cached-only", "--no-prompt", "--allow-env"];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", INTO_FULL, full, "run", ...flags, main, ...args],
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a standard output that takes nothing is one line and exit 1", async () => {
  const { code, err } = await runIntoFull("out", ["permissions", "--json"]);
  assert.equal(code, 1);
  assert.match(err, /^Cannot write the output: No space left on device[^\n]*\n$/);
});

Deno.test("a standard error that takes nothing changes no exit code", async () => {
  assert.equal((await runIntoFull("err", ["permissions", "--nonsense"])).code, 2);
});
