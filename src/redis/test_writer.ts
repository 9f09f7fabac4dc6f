/** What the tests of the writer's side share: who writes, what there is to publish, what stands in Redis. */
import type { Redis } from "ioredis";
import { RedisConnection } from "./connection.ts";
import type { WriterIdentity } from "./identity.ts";
import { redisKeys } from "./keys.ts";
import { parseSnapshot, type SnapshotRecord } from "./records.ts";
import type { SourceFrame } from "./publish_snapshots.ts";
import type { SnapshotSource } from "./snapshot_publisher.ts";
import type { TestRedis } from "./testing.ts";

/** An identity; what is not given is like that of a first start. */
export function writerIdentity(given: Partial<WriterIdentity> = {}): WriterIdentity {
  return {
    holder: crypto.randomUUID(),
    token: 1,
    predecessor: null,
    logId: "a-log",
    address: () => "http://127.0.0.1:3000",
    ...given,
  };
}

/** A connection to a test's server, ended with the test. */
export class TestConnection extends RedisConnection implements AsyncDisposable {
  /** @param url of a server, or of what stands before it */
  constructor({ url }: Pick<TestRedis, "url">, commandTimeoutMs = 1_000) {
    super({ url, commandTimeoutMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The stream of snapshots as it stands, oldest first. */
export async function streamSnapshots(client: Redis): Promise<SnapshotRecord[]> {
  const { snapshots } = redisKeys();
  const entries = await client.xrange(snapshots, "-", "+");
  return entries.map(([id, fields]) => parseSnapshot(snapshots, id, fields));
}

/** Snapshots without a fold: the next one when a test says so. Every `windowEvents`-th event ends a window. */
export class PlannedSource implements SnapshotSource {
  readonly epoch: string;
  readonly state: { status: string } = { status: "running" };
  readonly #windowEvents: number;
  readonly #listeners = new Set<() => void>();
  #position = 0;

  constructor({ epoch = "0123456789abcdef", windowEvents = 3 } = {}) {
    this.epoch = epoch;
    this.#windowEvents = windowEvents;
  }

  /** Position of the newest snapshot. */
  get position(): number {
    return this.#position;
  }

  /** So many events more, told of once. */
  advance(events = 1): void {
    this.#position += events;
    for (const listener of this.#listeners) listener();
  }

  current(): SourceFrame | null {
    return this.#position === 0 ? null : this.#frame(2 * this.#position);
  }

  breakdown(): { readonly offset: number; readonly json: string } | null {
    const current = this.current();
    return current && { offset: current.offset, json: `{"sum":${current.offset}}` };
  }

  finalsAfter(offset: number, limit: number): SourceFrame[] {
    return this.#finals().filter((frame) => frame.offset > offset).slice(0, limit);
  }

  newestFinals(limit: number): SourceFrame[] {
    return this.#finals().slice(-limit);
  }

  subscribe(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** A window is final when the event after it is there. */
  #finals(): SourceFrame[] {
    const count = Math.max(0, Math.floor((this.#position - 1) / this.#windowEvents));
    return Array.from(
      { length: count },
      (_, at) => this.#frame(2 * (at + 1) * this.#windowEvents + 1),
    );
  }

  #frame(offset: number): SourceFrame {
    return { epoch: this.epoch, offset, json: `{"position":${Math.floor(offset / 2)}}` };
  }
}
