/** A log, its projection, their writer and a Redis server: all real. */
import assert from "node:assert/strict";
import type { SqliteEventLog } from "../src/log/sqlite_event_log.ts";
import type { Projector } from "../src/projection/projector.ts";
import { fill, inFolder, Live, openLog, SteppedClock } from "../src/projection/testing.ts";
import type { WriterIdentity } from "../src/redis/identity.ts";
import { redisKeys } from "../src/redis/keys.ts";
import { formatModel, parseModel } from "../src/redis/records.ts";
import { RedisWriter } from "../src/redis/redis_writer.ts";
import { assertMirrors, eventually } from "../src/redis/test_mirror.ts";
import { streamSnapshots, TestConnection, writerIdentity } from "../src/redis/test_writer.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";

const KEYS = redisKeys();
/** Between two heartbeats, milliseconds. */
export const INTERVAL_MS = 100;
/** A lease without renewal, milliseconds. */
export const LEASE_TTL_MS = 900;

/** How often a writer beats, and how long its lease lasts, milliseconds. */
export interface Pace {
  readonly intervalMs?: number;
  readonly leaseTtlMs?: number;
}

/** A real log and projection with their writer to a real server. */
export class Bed {
  /** The next fill's number. */
  made = 0;

  private constructor(
    readonly server: TestRedis,
    readonly clock: SteppedClock,
    readonly log: SqliteEventLog,
    readonly live: Live,
    readonly redis: TestConnection,
    readonly writer: RedisWriter,
  ) {}

  /** Runs a test with a writer that has the lease and works, and ends everything. */
  static async run(
    work: (bed: Bed) => Promise<void>,
    args: readonly string[] = [],
  ): Promise<void> {
    await inFolder(async (dir) => {
      await using server = await startRedis(args);
      await Bed.on(server, dir, work);
    });
  }

  /** The same on a server and data directory that stay. */
  static async on(
    server: TestRedis,
    dir: string,
    work: (bed: Bed) => Promise<void>,
    given: Partial<WriterIdentity> = {},
    pace: Pace = {},
  ): Promise<void> {
    const clock = new SteppedClock();
    using log = await openLog(dir, clock);
    const live = await Live.start(dir, log, clock);
    try {
      await using redis = new TestConnection(server);
      const writer = newWriter({ redis, log, source: live.projector, ...pace }, given);
      await using bed = new Bed(server, clock, log, live, redis, writer);
      await writer.claim();
      writer.start();
      await work(bed);
    } finally {
      await live.close();
    }
  }

  /** Appends, in one window after the other. */
  async append(windows: number, events = 2): Promise<void> {
    for (let window = 0; window < windows; window++) {
      this.clock.step(5_000);
      this.log.append(
        Array.from({ length: events }, () => fill(this.made++, this.clock)),
      );
      // Others have their turn, so that snapshots go out in between.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await this.live.reach(this.log.head().position);
  }

  /** Asserts that Redis holds what the projection made: all its finals since, and the newest. */
  async assertPublished(): Promise<void> {
    const { projector } = this.live;
    const { client } = this.server;
    await this.live.reach(this.log.head().position);
    const current = projector.current();
    assert.ok(current !== null);
    await eventually(async () => {
      const text = await client.get(KEYS.current);
      return text !== null && parseModel(KEYS.current, text).offset === current.offset;
    });
    const branch = this.writer.branch;
    assert.ok(branch !== null);
    assert.equal(await client.get(KEYS.current), formatModel({ ...current, branch }));
    const { epoch } = projector;
    assert.equal(
      await client.get(KEYS.breakdown),
      formatModel({ ...projector.breakdown()!, branch, epoch }),
    );
    const snapshots = await streamSnapshots(client);
    const finals = projector.newestFinals(1_000);
    assert.deepEqual(
      snapshots.filter(({ offset }) => offset % 2 === 1).slice(-1_000),
      finals.map(({ offset, json }, at) => ({
        branch,
        epoch,
        offset,
        json,
        previous: finals[at - 1]?.offset ?? 0,
      })),
    );
    const last = snapshots.at(-1);
    assert.deepEqual(last, {
      branch,
      epoch,
      offset: current.offset,
      json: current.json,
      previous: finals.at(-1)?.offset ?? 0,
    });
    await assertMirrors(client, this.log);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.writer.stop();
  }
}

/** A writer of a log and projection; it beats fast, and its lease is short. */
export function newWriter(
  { redis, log, source, intervalMs = INTERVAL_MS, leaseTtlMs = LEASE_TTL_MS }: Pace & {
    readonly redis: TestConnection;
    readonly log: SqliteEventLog;
    readonly source: Projector;
  },
  given: Partial<WriterIdentity> = {},
): RedisWriter {
  return new RedisWriter({
    redis,
    log,
    identity: writerIdentity({ logId: log.id, ...given }),
    source,
    heartbeat: () => ({
      windowMs: source.windowMs,
      mode: "sandbox",
      version: "1",
      address: "http://127.0.0.1:3000",
      confirmedAgeMs: source.confirmedAgeMs,
      sources: [],
    }),
    intervalMs,
    leaseTtlMs,
    clock: new SteppedClock(),
  });
}
