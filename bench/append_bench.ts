/** Append: one durable event, batches of 100, and what a long log costs; against a bare loop and Emmett. */
import { join } from "node:path";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { BareLog } from "./bare_log.ts";
import { measureEmmett } from "./emmett_peer.ts";
import { fillMaker, SteppedClock } from "./fixture.ts";
import { median, rate, report, timed } from "./report.ts";

const ROUNDS = 9;
const SINGLES = 200;
const BATCHES = 10;
const BATCH = 100;

/** Rounds of ours and the bare loop in turn, so that both meet the same moments of a noisy machine. */
async function againstBareLoop(dir: string): Promise<{ single: number; batch: number }> {
  const clock = new SteppedClock();
  const path = join(dir, "ours.db");
  const make = fillMaker(1);
  // The rows are made by a log of their own, so that the bare loop inserts exactly what ours would.
  const source = await openSqliteEventLog({ path: join(dir, "rows.db"), clock });
  const perRound = SINGLES + BATCHES * BATCH;
  const candidates = Array.from({ length: ROUNDS * perRound }, () => make(clock.now()));
  for (let i = 0; i < candidates.length; i += 1000) source.append(candidates.slice(i, i + 1000));
  const bare = new BareLog(join(dir, "bare.db"), join(dir, "rows.db"));
  const rows = BareLog.rows(join(dir, "rows.db"));
  bare.append(rows.slice(0, 1));
  const log = await openSqliteEventLog({ path, clock });

  const single: number[] = [],
    batch: number[] = [],
    ourSingle: number[] = [],
    ourBatch: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const at = round * perRound;
    const one = candidates.slice(at, at + SINGLES);
    const many = candidates.slice(at + SINGLES, at + perRound);
    const bareRows = rows.slice(1 + at, 1 + at + perRound);
    const bareOne = timed(() => bareRows.slice(0, SINGLES).forEach((row) => bare.append([row])));
    const ourOne = timed(() => one.forEach((candidate) => log.append([candidate])));
    const bareMany = timed(() => {
      for (let i = 0; i < many.length; i += BATCH) {
        bare.append(bareRows.slice(SINGLES + i, SINGLES + i + BATCH));
      }
    });
    const ourMany = timed(() => {
      for (let i = 0; i < many.length; i += BATCH) log.append(many.slice(i, i + BATCH));
    });
    single.push(bareOne / ourOne);
    batch.push(bareMany / ourMany);
    ourSingle.push(ourOne);
    ourBatch.push(ourMany);
  }
  bare.close();
  log.close();
  source.close();
  const one = median(ourSingle), many = median(ourBatch);
  report("single durable append / bare loop", median(single), "×", rate(SINGLES, one), {
    at: "least",
    value: 0.7,
  });
  report("batches of 100 / bare loop", median(batch), "×", rate(BATCHES * BATCH, many), {
    at: "least",
    value: 0.5,
  });
  return { single: one / SINGLES, batch: many / (BATCHES * BATCH) };
}

/** The same appends on a log of 1,000 events and on one of a million, in turn. */
async function onLongLog(dir: string, events: number): Promise<void> {
  const clock = new SteppedClock();
  const short = await openSqliteEventLog({ path: join(dir, "short.db"), clock });
  const long = await openSqliteEventLog({ path: join(dir, "long.db"), clock });
  const make = fillMaker(2);
  const grow = (log: typeof short, to: number) => {
    while (log.head().position < to) {
      log.append(
        Array.from({ length: 5000 }, () => make(clock.now())).slice(0, to - log.head().position),
      );
    }
  };
  grow(short, 1000);
  grow(long, events);
  const single: number[] = [], batch: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const cost = (log: typeof short, size: number, times: number) => {
      const batches = Array.from(
        { length: times },
        () => Array.from({ length: size }, () => make(clock.now())),
      );
      return timed(() => batches.forEach((candidates) => log.append(candidates)));
    };
    const shortOne = cost(short, 1, SINGLES), longOne = cost(long, 1, SINGLES);
    const shortMany = cost(short, BATCH, BATCHES), longMany = cost(long, BATCH, BATCHES);
    single.push(longOne / shortOne);
    batch.push(longMany / shortMany);
  }
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
