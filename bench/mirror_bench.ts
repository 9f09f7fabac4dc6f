/**
 * Mirroring: what it costs the log's own appends that they go to Redis too, and that Redis hangs or is away.
 * The states are measured in turn, in one process, on one log.
 */
import { join } from "node:path";
import { Redis } from "ioredis";
import { openSqliteEventLog, type SqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import type { TestRedis } from "../src/redis/testing.ts";
import { fillMaker } from "./fixture.ts";
import { publish, type Published, redisOrNull } from "./publish.ts";
import { startPushServer } from "./push_server.ts";
import { median, quantile, rate, report } from "./report.ts";

const ROUNDS = 3;
const ROUND_MS = 2_000;
/** Events of one append, as a poll brings them. */
const BATCH = 10;
const PAUSE_MS = 2;
const WINDOW_MS = 1_000;
const CAUGHT_UP_MS = 30_000;

/** What a round of appends measured. */
interface Round {
  readonly perSecond: number;
  /** How long a call of `append` took, milliseconds. */
  readonly p99: number;
}

/** Appends for a while, at the pace of a source that never rests. */
async function appends(log: SqliteEventLog): Promise<Round> {
  const make = fillMaker(log.head().position);
  const took: number[] = [];
  const started = performance.now();
  while (performance.now() - started < ROUND_MS) {
    const batch = Array.from({ length: BATCH }, () => make(clock.now()));
    const from = performance.now();
    log.append(batch);
    took.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const seconds = (performance.now() - started) / 1000;
  return { perSecond: took.length * BATCH / seconds, p99: quantile(took, 0.99) };
}

/** Waits until Redis holds what the log holds. */
async function caughtUp(log: SqliteEventLog, { writer }: Published): Promise<void> {
  const deadline = performance.now() + CAUGHT_UP_MS;
  while (writer.status().mirror.position < log.head().position) {
    if (performance.now() > deadline) throw new Error("The mirror did not catch up");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A round while Redis hangs from before to after it. */
async function hanging(log: SqliteEventLog, redis: TestRedis): Promise<Round> {
  const vandal = new Redis(redis.url);
  const asleep = vandal.call("DEBUG", "SLEEP", String((ROUND_MS + 200) / 1000));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const round = await appends(log);
  await asleep;
  vandal.disconnect();
  return round;
}

/** Runs the benchmark. */
export async function mirrorBench(dir: string): Promise<void> {
  console.log("Appending with Redis");
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await redisOrNull());
  if (redis === null) return;
  const home = join(dir, "mirror");
  await Deno.mkdir(home);
  const log = await openSqliteEventLog({ path: join(home, "events.db"), clock });
  stack.defer(() => log.close());
  const server = await startPushServer(log, home, WINDOW_MS, stack);
  const rounds: Record<"alone" | "mirrored" | "hangs" | "away", Round[]> = {
    alone: [],
    mirrored: [],
    hangs: [],
    away: [],
  };
  for (let i = 0; i < ROUNDS; i++) {
    rounds.alone.push(await appends(log));
    await using published = await publish(log, server, redis.url, WINDOW_MS);
    await caughtUp(log, published);
    rounds.mirrored.push(await appends(log));
    rounds.hangs.push(await hanging(log, redis));
    await redis.kill();
    rounds.away.push(await appends(log));
    await redis.restart();
    await caughtUp(log, published);
  }
  const of = (name: keyof typeof rounds, key: keyof Round) =>
    median(rounds[name].map((round) => round[key]));
  const alone = of("alone", "perSecond");
  for (const name of ["mirrored", "hangs", "away"] as const) {
    const perSecond = of(name, "perSecond");
    const detail = `${rate(perSecond, 1000)} in appends of ${BATCH}, of ${rate(alone, 1000)}; ` +
      `p99 of one ${of(name, "p99").toFixed(1)} ms, of ${of("alone", "p99").toFixed(1)} ms`;
    const title = { mirrored: "Redis follows", hangs: "Redis hangs", away: "Redis is away" }[name];
    report(`${title} / no Redis`, perSecond / alone, "×", detail, { at: "least", value: 0.7 });
  }
}
