/** Long backfills: over a slow upstream, and killed in the middle. */
import assert from "node:assert/strict";
import { openSqliteEventLog, type SqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { type Sandbox, startSandbox } from "../src/sandbox/sandbox.ts";
import { kalshiSource } from "../src/sources/kalshi.ts";
import { Poller } from "../src/sources/poller.ts";
import { StateStore } from "../src/sources/state_store.ts";
import { eventsOf, until } from "../src/sources/testing.ts";

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Reads the account into the folder's log until the first round is whole; then hands over the log. */
async function backfill(
  dir: string,
  sandbox: Sandbox,
  check: (log: SqliteEventLog, rows: number) => void,
): Promise<void> {
  using log = await openSqliteEventLog({ path: `${dir}/events.db`, clock });
  using state = await StateStore.open({ path: `${dir}/state.db` });
  const sources = [kalshiSource({ ...sandbox.kalshi, clock, intervalMs: 60_000 })];
  const poller = new Poller({ sources, log, state, clock });
  let rows = 0;
  poller.start();
  try {
    await until(
      () => {
        const { state, backfillRows } = poller.statuses()[0]!;
        rows = Math.max(rows, backfillRows);
        assert(state !== "degraded" && state !== "stopped", JSON.stringify(poller.statuses()[0]));
        return state === "ok";
      },
      "the first round",
      60_000,
    );
  } finally {
    await poller.stop();
  }
  check(log, rows);
}

/** What the venue's facts are in a log, in order, without when they were recorded. */
function facts(log: SqliteEventLog): string[] {
  return eventsOf(log)
    .filter(({ type }) => /^pnl\.kalshi\.(fill|settlement|deposit|withdrawal)/.test(type))
    .map(({ id, type, time, data }) => JSON.stringify([id, type, time, data]));
}

Deno.test("a backfill of 100,000 fills over a slow upstream completes, in order and whole", async () => {
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, fills: 100_000 });
  try {
    sandbox.faults.set("kalshi", { mode: "slow", delayMs: 5 });
    await inFolder((dir) =>
      backfill(dir, sandbox, (log, rows) => {
        const books = sandbox.books().kalshi;
        const read = eventsOf(log);
        const fills = read.filter(({ type }) => type === "pnl.kalshi.fill.recorded.v1");
        assert.equal(fills.length, books.fills);
        assert.equal(new Set(fills.map(({ id }) => id)).size, books.fills);
        assert(rows >= 100_000);
        const backfilled = read.find(({ type }) => type === "pnl.source.backfilled.v1");
        assert.deepEqual(backfilled?.data, { facts: facts(log).length });
        const times = fills.map(({ time }) => time);
        assert.deepEqual(times, [...times].sort());
      })
    );
  } finally {
    await sandbox.stop();
  }
});

Deno.test("a backfill killed in the middle goes on to the same facts in the same order", async () => {
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, fills: 15_000 });
  try {
    let whole: string[] = [];
    await inFolder((dir) => backfill(dir, sandbox, (log) => (whole = facts(log))));
    await inFolder(async (dir) => {
      const { baseUrl, keyId, privateKeyPem } = sandbox.kalshi;
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          new URL("./backfill_child.ts", import.meta.url).pathname,
          JSON.stringify({ dir, kalshi: { baseUrl, keyId, privateKeyPem } }),
        ],
      }).spawn();
      const killedAt = await killAfter(child, `${dir}/events.db`, 3_000);
      assert(killedAt < whole.length, `killed at ${killedAt}, too late to tell`);
      await backfill(dir, sandbox, (log) => assert.deepEqual(facts(log), whole));
    });
  } finally {
    await sandbox.stop();
  }
});

/** Kills the process once its log holds so many events; answers how many it then held. */
async function killAfter(child: Deno.ChildProcess, path: string, events: number): Promise<number> {
  let held = 0;
  try {
    for (const started = performance.now(); held < events;) {
      assert(performance.now() - started < 30_000, "the child did not get so far");
      await new Promise((resolve) => setTimeout(resolve, 5));
      held = await heldBy(path);
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  return await heldBy(path);
}

/** Events in a log that another process writes; 0 while there is none to open. */
async function heldBy(path: string): Promise<number> {
  try {
    using log = await openSqliteEventLog({ path, clock, readOnly: true });
    return log.head().position;
  } catch {
    return 0;
  }
}
