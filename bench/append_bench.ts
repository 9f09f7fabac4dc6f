/** Append: one durable event, batches of 100, and what a long log costs; against a bare loop and Emmett. */
import { join } from "node:path";
import { openSqliteEventLog, type SqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { BareLog } from "./bare_log.ts";
import { measureEmmett } from "./emmett_peer.ts";
import { fillMaker, SteppedClock } from "./fixture.ts";
import { median, rate, report, timed } from "./report.ts";

const ROUNDS = 9;
const SINGLES = 500;
const BATCHES = 10;
const BATCH = 100;

/** Time that two ways of doing the same need, in milliseconds, done in turn: each meets the same moments. */
function inTurn(times: number, one: (i: number) => void, other: (i: number) => void) {
  let oneMs = 0, otherMs = 0;
  for (let i = 0; i < times; i++) {
    oneMs += timed(() => one(i));
    otherMs += timed(() => other(i));
  }
  return { oneMs, otherMs };
}

/** Appends to ours and to the bare loop in turn. */
async function againstBareLoop(dir: string): Promise<{ single: number; batch: number }> {
  const clock = new SteppedClock();
  const make = fillMaker(1);
  // The rows are made by a log of their own, so that the bare loop inserts exactly what ours would.
  const source = await openSqliteEventLog({ path: join(dir, "rows.db"), clock });
  const perRound = SINGLES + BATCHES * BATCH;
  const candidates = Array.from({ length: ROUNDS * perRound }, () => make(clock.now()));
  for (let i = 0; i < candidates.length; i += 1000) source.append(candidates.slice(i, i + 1000));
  source.close();
  const rows = BareLog.rows(join(dir, "rows.db"));
  const bare = new BareLog(join(dir, "bare.db"), join(dir, "rows.db"));
  bare.append(rows.slice(0, 1));
  const log = await openSqliteEventLog({ path: join(dir, "ours.db"), clock });

  const single: number[] = [],
    batch: number[] = [],
    ourSingle: number[] = [],
    ourBatch: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const at = round * perRound;
    const one = inTurn(
      SINGLES,
      (i) => bare.append(rows.slice(1 + at + i, 2 + at + i)),
      (i) => log.append(candidates.slice(at + i, at + i + 1)),
    );
    const from = (i: number) => at + SINGLES + i * BATCH;
    const many = inTurn(
      BATCHES,
      (i) => bare.append(rows.slice(1 + from(i), 1 + from(i) + BATCH)),
      (i) => log.append(candidates.slice(from(i), from(i) + BATCH)),
    );
    single.push(one.oneMs / one.otherMs);
    batch.push(many.oneMs / many.otherMs);
    ourSingle.push(one.otherMs);
    ourBatch.push(many.otherMs);
  }
  bare.close();
  log.close();
  const oneMs = median(ourSingle), manyMs = median(ourBatch);
  report("single durable append / bare loop", median(single), "×", rate(SINGLES, oneMs), {
    at: "least",
    value: 0.7,
  });
  report("batches of 100 / bare loop", median(batch), "×", rate(BATCHES * BATCH, manyMs), {
    at: "least",
    value: 0.5,
  });
  return { single: oneMs / SINGLES, batch: manyMs / (BATCHES * BATCH) };
}

/** A log with so many events, closed and opened again: what growing it left to a checkpoint is paid. */
async function grown(path: string, events: number, seed: number): Promise<SqliteEventLog> {
  const clock = new SteppedClock();
  const log = await openSqliteEventLog({ path, clock });
  const make = fillMaker(seed);
  for (let left = events; left > 0; left -= 5000) {
    log.append(Array.from({ length: Math.min(left, 5000) }, () => make(clock.now())));
  }
  log.close();
  return await openSqliteEventLog({ path, clock });
}

/** The same appends on a log of 1,000 events and on a long one, in turn. */
async function onLongLog(dir: string, events: number): Promise<void> {
  const short = await grown(join(dir, "short.db"), 1000, 2);
  const long = await grown(join(dir, "long.db"), events, 3);
  const make = fillMaker(4);
  const clock = new SteppedClock();
  const cost = (size: number, times: number) => {
    const batches = Array.from(
      { length: times },
      () => Array.from({ length: size }, () => make(clock.now())),
    );
    const { oneMs, otherMs } = inTurn(
      times,
      (i) => short.append(batches[i] ?? []),
      (i) => long.append(batches[i] ?? []),
    );
    return otherMs / oneMs;
  };
  // One kind after the other: the pages that batches leave to the next checkpoint are theirs to pay for.
  const single = Array.from({ length: ROUNDS }, () => cost(1, SINGLES));
  const batch = Array.from({ length: ROUNDS }, () => cost(BATCH, BATCHES));
  short.close();
  long.close();
  const size = `${(events / 1000).toLocaleString("en-US")} k events against 1 k`;
  report("append cost on a long log, one by one", median(single), "×", size, {
    at: "most",
    value: 1.3,
  });
  report("append cost on a long log, batches of 100", median(batch), "×", `${size}; random ids`);
}

/** Runs the benchmark; `events` is the length of the long log. */
export async function appendBench(dir: string, options: { events: number }): Promise<void> {
  console.log("Append");
  const ours = await againstBareLoop(dir);
  await onLongLog(dir, options.events);
  const peer = await measureEmmett(dir);
  if (typeof peer === "string") return console.log(`  emmett-sqlite: not measured: ${peer}`);
  report(
    "emmett-sqlite, one by one / ours",
    peer.singleMs / ours.single,
    "×",
    "time; ours is durable",
  );
  report("emmett-sqlite, batches of 100 / ours", peer.batchMs / ours.batch, "×", "time per event");
}
