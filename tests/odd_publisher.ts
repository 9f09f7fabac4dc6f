/** Writes to Redis by hand what a writer would, in whatever order: late, twice, again, of another past. */
import type { Redis } from "ioredis";
import { redisKeys } from "../src/redis/keys.ts";
import {
  formatModel,
  type Heartbeat,
  HEARTBEAT_TTL_MS,
  snapshotFields,
  snapshotId,
  type SnapshotRecord,
} from "../src/redis/records.ts";

const KEYS = redisKeys();

/** Sixteen hex digits, others for each `n`. */
const epochOf = (n: number) => n.toString(16).padStart(16, "e");

/** The publisher; every method leaves Redis in some state that a reader may meet. */
export class OddPublisher {
  readonly #redis: Redis;
  readonly #intervalMs: number;
  #branch = 1;
  #epoch = 1;
  #position = 1_000;
  #lastFinal = 0;
  #records: SnapshotRecord[] = [];

  constructor(redis: Redis, intervalMs: number) {
    this.#redis = redis;
    this.#intervalMs = intervalMs;
  }

  /** Where a reader has to end up. */
  get place(): string {
    const { epoch, offset } = this.#record(this.#records.length - 1);
    return `${epoch}:${offset}`;
  }

  /** The next snapshot, as it should be. */
  async publish(final: boolean, step = 1): Promise<void> {
    this.#position += step;
    const offset = 2 * this.#position + (final ? 1 : 0);
    const record = {
      branch: `branch-${this.#branch}`,
      epoch: epochOf(this.#epoch),
      offset,
      json: JSON.stringify({ position: this.#position, window: { final } }),
      previous: this.#lastFinal,
    };
    this.#records.push(record);
    if (final) this.#lastFinal = offset;
    await this.#add(record);
    await this.#redis.set(KEYS.current, formatModel(record));
    await this.beat();
  }

  /** An older snapshot comes again, and stands where the newest should. */
  async again(back: number): Promise<void> {
    const record = this.#record(this.#records.length - 1 - back);
    await this.#add(record);
    await this.#redis.set(KEYS.current, formatModel(record));
  }

  /** The stream is gone, and grows again from an older place on. */
  async rewrite(back: number): Promise<void> {
    await this.#redis.del(KEYS.snapshots);
    const from = Math.max(0, this.#records.length - 1 - back);
    for (const record of this.#records.slice(from)) await this.#add(record);
  }

  /** A heartbeat, of the newest or of an older snapshot. */
  async beat(back = 0): Promise<void> {
    const { branch, epoch, offset } = this.#record(this.#records.length - 1 - back);
    const heartbeat: Heartbeat = {
      at: new Date().toISOString(),
      branch,
      epoch,
      offset,
      windowMs: this.#intervalMs,
      intervalMs: this.#intervalMs,
      mode: "live",
      version: "test",
      address: "http://127.0.0.1:1",
      confirmedAgeMs: 0,
      sources: [],
    };
    await this.#redis.set(KEYS.heartbeat, JSON.stringify(heartbeat), "PX", HEARTBEAT_TTL_MS);
    await this.#redis.hset(KEYS.log, { logId: "log", branch, position: offset, token: 1 });
  }

  /** Another past begins, some events back. */
  async branch(back: number): Promise<void> {
    this.#branch += 1;
    await this.#beginAgain(back);
  }

  /** Another log, fold or window length. */
  async epoch(back: number): Promise<void> {
    this.#epoch += 1;
    await this.#beginAgain(back);
  }

  /** Everything is gone. */
  async flush(): Promise<void> {
    await this.#redis.flushall();
  }

  /** Only the newest entries stay. */
  async trim(): Promise<void> {
    await this.#redis.xtrim(KEYS.snapshots, "MAXLEN", 1);
  }

  async #beginAgain(back: number): Promise<void> {
    this.#position = Math.max(1, this.#position - back);
    this.#records = [];
    this.#lastFinal = 0;
    await this.#redis.del(KEYS.snapshots, KEYS.current, KEYS.breakdown);
    await this.publish(true);
  }

  /** What is already there, or comes too late, Redis refuses: so it would refuse a writer. */
  async #add(record: SnapshotRecord): Promise<void> {
    const fields = snapshotFields(record);
    try {
      await this.#redis.xadd(KEYS.snapshots, snapshotId(record.offset), ...fields);
    } catch (error) {
      if (!(error instanceof Error && /equal or smaller/.test(error.message))) throw error;
    }
  }

  #record(at: number): SnapshotRecord {
    const record = this.#records[Math.max(0, at)];
    if (record === undefined) throw new RangeError("Cannot repeat: nothing was published");
    return record;
  }
}
