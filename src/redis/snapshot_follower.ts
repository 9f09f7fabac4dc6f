import { getLogger, type Logger } from "@logtape/logtape";
import type { Redis } from "ioredis";
import type { Clock } from "../pnl/clock.ts";
import { reasonOf, type RedisConnection } from "./connection.ts";
import { pause } from "./pause.ts";
import type { Heartbeat, SnapshotRecord } from "./records.ts";
import { isSamePlace, type Place, SnapshotReader } from "./snapshot_reader.ts";

/** A heartbeat as it was read. */
export interface Heard {
  readonly heartbeat: Heartbeat;
  /** How old it was at most, at `heardAt`; milliseconds. */
  readonly ageMs: number;
  /** By the monotonic clock. */
  readonly heardAt: number;
}

/** Who is told what stands in Redis. None of the methods may throw. */
export interface SnapshotSink {
  /** Another branch or epoch is written: everything begins anew with these, oldest first. */
  begin(place: Place, records: readonly SnapshotRecord[]): void;
  /** A snapshot of the line that was begun. It may have come before. */
  take(record: SnapshotRecord): void;
  /** The heartbeat, each time it is read; one that was read before grows older. */
  hear(heard: Heard): void;
}

/** Options of {@link SnapshotFollower}. */
export interface SnapshotFollowerOptions {
  readonly redis: RedisConnection;
  readonly sink: SnapshotSink;
  /** How often the writer's heartbeat comes, milliseconds. */
  readonly intervalMs: () => number;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** The heartbeat is read so many times an interval: its known age stays below 1¼ intervals. */
const LOOKS_PER_INTERVAL = 4;
const LEAST_PACE_MS = 20;
const MOST_PACE_MS = 1_000;
/** An answer that is this much later than Redis should have given it will not come. */
const SILENT_MS = 1_500;
const CONNECT_MS = 1_000;
const PAUSE_MS = 100;

/**
 * Follows the stream of snapshots, from the last one that was read and never from `$`.
 *
 * One loop does everything in turn, so that nothing of an old line can come after a new one has begun:
 * it waits for entries, and now and then looks at what is written. Which line that is, only `pnl:log`
 * tells, in one step with the newest entry: entries of another line are never taken for news.
 */
export class SnapshotFollower {
  readonly #options: SnapshotFollowerOptions;
  readonly #reader: SnapshotReader;
  readonly #logger: Logger;
  #place: Place | null = null;
  /** Offset of the newest entry read of that line. */
  #last: number | null = null;
  #lookedAt = -Infinity;
  #failing = false;

  constructor(options: SnapshotFollowerOptions) {
    this.#options = options;
    this.#reader = new SnapshotReader(options.redis);
    this.#logger = options.logger ?? getLogger(["pnl", "redis", "follower"]);
  }

  /** Follows until the signal. What fails is said once, and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!await this.#options.redis.untilReady(CONNECT_MS)) {
        await pause(PAUSE_MS, signal);
        continue;
      }
      try {
        await this.#session(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!this.#failing) {
          this.#logger.warn("Cannot follow the snapshots in Redis: {reason}", {
            reason: reasonOf(error),
          });
        }
        this.#failing = true;
        await pause(PAUSE_MS, signal);
      }
    }
  }

  get #paceMs(): number {
    const pace = this.#options.intervalMs() / LOOKS_PER_INTERVAL;
    return Math.max(LEAST_PACE_MS, Math.min(MOST_PACE_MS, Math.floor(pace)));
  }

  /** On one connection, until something fails. */
  async #session(signal: AbortSignal): Promise<void> {
    const blocking = this.#options.redis.blocking();
    const disconnect = () => blocking.disconnect();
    signal.addEventListener("abort", disconnect);
    try {
      await this.#look();
      while (!signal.aborted) {
        await this.#read(blocking, signal);
        if (this.#options.clock.monotonic() - this.#lookedAt >= this.#paceMs) await this.#look();
        if (this.#failing) this.#logger.info("The snapshots in Redis are followed again");
        this.#failing = false;
      }
    } finally {
      signal.removeEventListener("abort", disconnect);
      disconnect();
    }
  }

  /** Waits for entries, not longer than until the next look, and passes them on. */
  async #read(blocking: Redis, signal: AbortSignal): Promise<void> {
    const place = this.#place;
    const blockMs = this.#paceMs;
    if (place === null) return await pause(blockMs, signal);
    const reading = this.#reader.readAfter(blocking, this.#last, blockMs);
    const { records, entries } = await inTime(reading, blockMs + SILENT_MS);
    const own = records.filter((record) => isSamePlace(record, place));
    for (const record of own) {
      this.#last = record.offset;
      this.#options.sink.take(record);
    }
    // Entries that are none of this line would be given again at once.
    if (own.length === 0 && entries > 0) await pause(blockMs, signal);
  }

  /** Looks at what is written, and begins anew where that is another line. */
  async #look(): Promise<void> {
    const { clock, sink } = this.#options;
    // The answer is of a moment after this: an age that is counted from here is never too small.
    const heardAt = clock.monotonic();
    const { branch, heartbeat, heartbeatAgeMs, newest } = await this.#reader.look();
    this.#lookedAt = heardAt;
    const written = newest?.branch === branch
      ? newest
      : heartbeat?.branch === branch
      ? heartbeat
      : null;
    if (written !== null && !isSamePlace(written, this.#place)) {
      const place = { branch: written.branch, epoch: written.epoch };
      const records = await this.#reader.readBack(place);
      this.#place = place;
      this.#last = records.at(-1)?.offset ?? null;
      sink.begin(place, records);
    }
    if (heartbeat !== null && isSamePlace(heartbeat, this.#place)) {
      sink.hear({ heartbeat, ageMs: heartbeatAgeMs, heardAt });
    }
  }
}

/** A connection that broke without a word answers never. */
async function inTime<T>(reading: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("Redis did not answer in time")), ms);
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
    // After the connection is given up the answer is nobody's.
    reading.catch(() => {});
  }
}
