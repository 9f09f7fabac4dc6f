import assert from "node:assert/strict";
import { runCommand, startServerProcess, until, withFolder } from "./server_process.ts";

type Env = Record<string, string>;

/** Serves until the figures are whole and `more` events have come, ends as said; the last snapshot. */
async function serve(env: Env, more: number, signal: Deno.Signal = "SIGTERM") {
  const server = await startServerProcess(env);
  try {
    const read = async () => await (await fetch(`${server.url}/api/pnl/current`)).json();
    const first = await until(read, ({ quality, served }) => {
      return quality.complete && served.from !== "default";
    }, 15_000);
    return await until(read, ({ position }) => position >= first.position + more, 15_000);
  } finally {
    await server.end(signal);
  }
}

/** Both proofs of the folder's content. */
async function prove(env: Env): Promise<void> {
  for (const args of [["verify"], ["replay", "--verify"]]) {
    const { code, out, err } = await runCommand(args, env);
    assert.equal(code, 0, out + err);
  }
}

const FAST = { KALSHI_POLL_MS: "200", REVENUE_POLL_MS: "200", ANTHROPIC_POLL_MS: "1000" };

Deno.test("serve on an older copy of its log reads again what is missing, and all is proved", async () => {
  await withFolder(async (common, folder) => {
    const env = { ...common, ...FAST };
    const log = `${folder}/data/sandbox/events.db`;
    const older = await serve(env, 0);
    Deno.copyFileSync(log, `${folder}/older.db`);
    const newer = await serve(env, 3);
    assert.ok(newer.position > older.position);
    Deno.copyFileSync(`${folder}/older.db`, log);
    const again = await serve(env, 0);
    assert.deepEqual(again.components.kalshi.unreconciled?.cash ?? "0.00", "0.00");
    await prove(env);
  });
});

Deno.test("serve on another log forgets what was derived from the one before", async () => {
  await withFolder(async (common, folder) => {
    const env = { ...common, ...FAST };
    const other = { ...env, PNL_DATA_DIR: `${folder}/other` };
    await serve(env, 0);
    const snapshot = await serve(other, 0);
    Deno.copyFileSync(`${folder}/other/sandbox/events.db`, `${folder}/data/sandbox/events.db`);
    const { served } = await serve(env, 0);
    const epoch = (pos: string) => pos.split(":")[0];
    assert.equal(epoch(served.pos), epoch(snapshot.served.pos));
    await prove(env);
  });
});

Deno.test("serve where the log is gone, or beside another's write-ahead log, is refused", async () => {
  await withFolder(async (common, folder) => {
    const env = { ...common, ...FAST };
    const log = `${folder}/data/sandbox/events.db`;
    const other = { ...env, PNL_DATA_DIR: `${folder}/other` };
    await serve(other, 0);
    await serve(env, 0);
    await serve(env, 3, "SIGKILL");
    Deno.copyFileSync(`${folder}/other/sandbox/events.db`, log);
    const before = Deno.readFileSync(log);
    const mixed = await runCommand(["serve"], env);
    assert.equal(mixed.code, 1, mixed.out);
    assert.match(mixed.err, /the write-ahead log beside it belongs to another file/);
    assert.deepEqual(Deno.readFileSync(log), before);
    Deno.removeSync(log);
    const gone = await runCommand(["serve"], env);
    assert.equal(gone.code, 1, gone.out);
    assert.match(gone.err, /is missing or empty, and \d+ events of log \S+ were there/);
  });
});
