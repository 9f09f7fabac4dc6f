import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { nearest } from "./nearest.ts";

const ROOT = new URL("../../", import.meta.url);

/** Runs the program as a process of its own, with nothing but what it is granted. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  flags: readonly string[] = ["--allow-env"],
) {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--frozen", "--cached-only", "--no-prompt", ...flags, "main.ts", ...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...pass("HOME", "PATH", "DENO_DIR"), NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    out: decoder.decode(output.stdout),
    err: decoder.decode(output.stderr),
  };
}

function pass(...names: string[]): Record<string, string> {
  const set = names.map((name) => [name, Deno.env.get(name)]).filter(([, value]) => value);
  return Object.fromEntries(set);
}

Deno.test("main.ts without, with an unknown and with a mistyped subcommand says what there is, exit 2", async () => {
  assert.equal((await run([])).code, 2);
  const mistyped = await run(["permision"]);
  assert.equal(mistyped.code, 2);
  assert.match(mistyped.err, /There is no subcommand "permision"; did you mean permissions\?/);
});

Deno.test("main.ts --help lists every subcommand, and each has its own --help", async () => {
  const { code, out } = await run(["--help"]);
  assert.equal(code, 0);
  const names = [...out.matchAll(/^ {2}([a-z]+) {2,}/gm)].map((match) => match[1]!);
  assert.ok(names.length >= 9, out);
  const helps = await Promise.all(names.map((name) => run([name, "--help"])));
  for (const [index, help] of helps.entries()) {
    assert.equal(help.code, 0, help.err);
    assert.ok(help.out.startsWith(`${names[index]}: `), help.out);
  }
});

Deno.test("main.ts with an unknown option, a missing value or an argument too many exits 2", async () => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [["permissions", "--jsn"], /has no option --jsn; did you mean --json\?/],
    [["permissions", "--for"], /for/],
    [["permissions", "--for", "nothing"], /"nothing" is not one of serve/],
    [["permissions", "x"], /takes no argument "x"/],
  ];
  for (const [args, message] of wrong) {
    const { code, err, out } = await run(args);
    assert.equal(code, 2, err);
    assert.match(err, message);
    assert.equal(out, "");
  }
});

Deno.test("main.ts in a wrong environment prints one line for each fault, exit 2", async () => {
  const env = { PORT: "x", HOST: "a b", KALSHI_PRIVATE_KEY: "hush" };
  const { code, err } = await run(["permissions"], env);
  assert.equal(code, 2);
  assert.deepEqual(err.trim().split("\n").map((line) => line.split(":")[0]).sort(), [
    "HOST",
    "KALSHI_API_KEY_ID",
    "KALSHI_PRIVATE_KEY",
    "PORT",
  ]);
  assert.doesNotMatch(err, /hush/);
  const launch = await run(["permissions", "--launch"], env);
  assert.deepEqual([launch.code, launch.err], [0, ""]);
  assert.match(launch.out, /^--allow-env=HOST,PORT,KALSHI_PRIVATE_KEY\n$/);
});

Deno.test("main.ts permissions gives the server, and nothing else, a small young generation", async () => {
  const flag = /--v8-flags=--max-semi-space-size=1\b/;
  for (const role of ["all", "edge"]) {
    const env = { PNL_ROLE: role, REDIS_URL: "redis://127.0.0.1" };
    assert.match((await run(["permissions", "--launch", "--for", "serve"], env)).out, flag, role);
  }
  assert.doesNotMatch((await run(["permissions", "--for", "replay"], {})).out, flag);
});

Deno.test("the server's tasks give it one arena of memory", () => {
  for (const task of [manifest.tasks.start, manifest.tasks.serve]) {
    assert.match(task, /MALLOC_ARENA_MAX=1 deno run [^;&]* dist\/server\/main\.js serve$/);
  }
});

Deno.test("nearest() finds what was meant and does not guess wildly", () => {
  const names = ["serve", "replay", "verify", "events"];
  assert.equal(nearest("sevre", names), "serve");
  assert.equal(nearest("event", names), "events");
  assert.equal(nearest("replya", names), "replay");
  assert.equal(nearest("quux", names), null);
});
