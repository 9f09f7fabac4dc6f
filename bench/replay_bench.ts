/** Full replay (read, parse, fold, write the snapshots) against a bare scan with `JSON.parse`. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { rebuild } from "../src/projection/rebuild.ts";
import { measureEmmett } from "./emmett_peer.ts";
import { fillMaker, SteppedClock } from "./fixture.ts";
import { median, rate, report } from "./report.ts";

const EVENTS = 100_000;
const ROUNDS = 7;
const WINDOW_MS = 5000;

async function seed(path: string, perWindow: number): Promise<void> {
  const clock = new SteppedClock();
  const log = await openSqliteEventLog({ path, clock });
  const make = fillMaker(4);
  while (log.head().position < EVENTS) {
    log.append(Array.from({ length: perWindow }, () => make(clock.now())));
    clock.step(WINDOW_MS);
  }
  log.close();
}

/** The yardstick: every line out of the file and through `JSON.parse`, and nothing done with it. */
function bareScan(path: string): number {
  const start = performance.now();
  const db = new DatabaseSync(path, { readOnly: true });
  let parsed = 0;
  for (const row of db.prepare("SELECT position, line FROM events ORDER BY position").iterate()) {
    if (JSON.parse(String(row.line)).specversion === "1.0") parsed += 1;
  }
  db.close();
  if (parsed < EVENTS) throw new Error(`The scan saw ${parsed} of ${EVENTS} events`);
  return performance.now() - start;
}

async function replay(path: string): Promise<number> {
  const dataDir = await Deno.makeTempDir({ prefix: "pnl-bench-replay-" });
  const start = performance.now();
  const log = await openSqliteEventLog({ path, clock: new SteppedClock(), readOnly: true });
  const done = await rebuild({ log, dataDir, windowMs: WINDOW_MS });
  log.close();
  const elapsed = performance.now() - start;
  if (done.position < EVENTS) throw new Error(`The replay ended at ${done.position}`);
  await Deno.remove(dataDir, { recursive: true });
  return elapsed;
}

/** Scans and replays in turn. */
async function compare(dir: string, perWindow: number, limit?: number): Promise<number> {
  const path = join(dir, `replay-${perWindow}.db`);
  await seed(path, perWindow);
  const ratios: number[] = [], ours: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = bareScan(path);
    const replayed = await replay(path);
    ratios.push(bare / replayed);
    ours.push(replayed);
  }
  const name = `full replay / bare scan, ${perWindow} event${perWindow > 1 ? "s" : ""} a window`;
  const held = limit === undefined ? undefined : { at: "least", value: limit } as const;
  report(name, median(ratios), "×", rate(EVENTS, median(ours)), held);
  return median(ours) / EVENTS;
}

/** Runs the benchmark. */
export async function replayBench(dir: string): Promise<void> {
  console.log("Replay");
  const perEvent = await compare(dir, 20, 0.4);
  await compare(dir, 1);
  const peer = await measureEmmett(dir);
  if (typeof peer === "string") return console.log(`  emmett-sqlite: not measured: ${peer}`);
  report(
    "emmett-sqlite, reading alone / our replay",
    peer.readMs / perEvent,
    "×",
    "time per event",
  );
}
