/** What the tests of the mirror share: a log, a mirror on it, and the proof that Redis holds the same. */
import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import type { EventLog, LogLine } from "../log/event_log.ts";
import { type RedisKeys, redisKeys } from "./keys.ts";

/** Options of {@link assertMirrors}. */
export interface AssertMirrorsOptions {
  readonly keys?: RedisKeys;
  /** How many events are retained at least; default 1,000,000. */
  readonly retention?: number;
  /** How long the mirror may take to get there, milliseconds; default 10,000. */
  readonly mostMs?: number;
}

const PAGE = 1_000;

/** Waits until something holds. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  mostMs = 10_000,
  what = "it",
): Promise<void> {
  const deadline = performance.now() + mostMs;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`Cannot wait any longer for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Every line of the stream with its position, oldest first. Each entry must have one field, `event`. */
export async function streamLines(client: Redis, key: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (let start = "-";;) {
    const entries = await client.xrange(key, start, "+", "COUNT", PAGE);
    for (const [id, fields] of entries) {
      const match = /^(\d+)-0$/.exec(id);
      assert.ok(match, `an event has the id ${id}`);
      assert.equal(fields.length, 2);
      assert.equal(fields[0], "event");
      lines.push({ position: Number(match[1]), line: fields[1]! });
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE) return lines;
    start = `(${last[0]}`;
  }
}

/** The log's lines after a position. */
function linesAfter(log: EventLog, position: number): LogLine[] {
  const lines: LogLine[] = [];
  for (;;) {
    const page = log.read({ after: lines.at(-1)?.position ?? position, limit: PAGE });
    if (page.length === 0) return lines;
    lines.push(...page);
  }
}

/** Asserts it of this moment. */
async function assertMirrorsNow(
  client: Redis,
  log: EventLog,
  keys: RedisKeys,
  retention: number,
): Promise<void> {
  const { position, root } = log.head();
  assert.equal(await client.type(keys.log), "hash");
  const { from: begun, logId, ...lineage } = await client.hgetall(keys.log);
  const place = { logId, position: lineage["position"], root: lineage["root"] };
  assert.deepEqual(place, { logId: log.id, position: String(position), root });
  const from = Number(begun);
  assert.ok(from <= Math.max(0, position - retention), `the stream was begun after ${from}`);
  const lines = position === from ? [] : await streamLines(client, keys.events);
  const begin = lines[0]?.position ?? position + 1;
  const least = Math.max(from, position - retention) + 1;
  assert.ok(begin <= least, `the stream begins with ${begin}, not with ${least}`);
  assert.deepEqual(lines, linesAfter(log, begin - 1));
}

/**
 * Asserts that the stream is what the log retains, line for line, and that its lineage says so; waits
 * until that is so.
 */
export async function assertMirrors(
  client: Redis,
  log: EventLog,
  { keys = redisKeys(), retention = 1_000_000, mostMs = 10_000 }: AssertMirrorsOptions = {},
): Promise<void> {
  const deadline = performance.now() + mostMs;
  for (;;) {
    try {
      return await assertMirrorsNow(client, log, keys, retention);
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
