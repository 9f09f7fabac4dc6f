/** A writer of snapshots by hand, for tests of who reads them. */
import type { Redis } from "ioredis";
import { type RedisKeys, redisKeys } from "./keys.ts";
import {
  formatModel,
  type Heartbeat,
  HEARTBEAT_TTL_MS,
  snapshotFields,
  snapshotId,
} from "./records.ts";

/** The epoch of a line where nothing else is said. */
export const EPOCH = "0123456789abcdef";

/** One line of snapshots. It checks nothing: a test may publish what no writer would. */
export class TestPublisher {
  readonly keys: RedisKeys = redisKeys();
  readonly #client: Redis;
  readonly branch: string;
  readonly epoch: string;

  constructor(client: Redis, branch: string, epoch = EPOCH) {
    this.#client = client;
    this.branch = branch;
    this.epoch = epoch;
  }

  /** JSON of the snapshot at an offset: no other line's. */
  json(offset: number): string {
    return `{"branch":"${this.branch}","epoch":"${this.epoch}","offset":${offset}}`;
  }

  /** Begins the branch: in one step, the stream is emptied and the log bears its name. */
  async begin(): Promise<void> {
    const { snapshots, current, breakdown, log } = this.keys;
    await this.#client.multi().del(snapshots, current, breakdown)
      .hset(log, "branch", this.branch).exec();
  }

  /** Adds to the stream, and nothing else. */
  async add(offset: number, previous: number | null = null): Promise<void> {
    const { branch, epoch } = this;
    const record = { branch, epoch, offset, json: this.json(offset), previous };
    await this.#client.xadd(this.keys.snapshots, snapshotId(offset), ...snapshotFields(record));
  }

  /** Publishes snapshots as a writer does, one script a snapshot; each names the final before it. */
  async publish(offsets: readonly number[], previous = 0): Promise<void> {
    let final = previous;
    for (const offset of offsets) {
      const { branch, epoch } = this;
      const record = { branch, epoch, offset, json: this.json(offset), previous: final };
      const model = formatModel(record);
      await this.#client.multi()
        .xadd(this.keys.snapshots, snapshotId(offset), ...snapshotFields(record))
        .set(this.keys.current, model).set(this.keys.breakdown, model).exec();
      if (offset % 2 === 1) final = offset;
    }
  }

  /** Writes a heartbeat. */
  async beat(offset: number, more: Partial<Heartbeat> = {}): Promise<void> {
    const heartbeat: Heartbeat = {
      at: new Date().toISOString(),
      branch: this.branch,
      epoch: this.epoch,
      offset,
      windowMs: 5_000,
      intervalMs: 200,
      mode: "live",
      version: "0.0.0-test",
      address: "http://127.0.0.1:3000",
      confirmedAgeMs: 0,
      sources: [],
      ...more,
    };
    await this.#client.set(this.keys.heartbeat, JSON.stringify(heartbeat), "PX", HEARTBEAT_TTL_MS);
  }
}
