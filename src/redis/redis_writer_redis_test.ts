import assert from "node:assert/strict";
import type { SqliteEventLog } from "../log/sqlite_event_log.ts";
import type { Projector } from "../projection/projector.ts";
import { fill, inFolder, Live, openLog, SteppedClock } from "../projection/testing.ts";
import type { WriterIdentity } from "./identity.ts";
import { redisKeys } from "./keys.ts";
import { formatModel, parseHeartbeat, parseModel, snapshotId } from "./records.ts";
import { RedisWriter } from "./redis_writer.ts";
import { LeaseHeldError } from "./scripts.ts";
import { assertMirrors, eventually } from "./test_mirror.ts";
import { streamSnapshots, TestConnection, writerIdentity } from "./test_writer.ts";
import { startRedis, type TestRedis } from "./testing.ts";

const KEYS = redisKeys();
const INTERVAL_MS = 100;
const LEASE_TTL_MS = 900;

/** A real log and projection with their writer to a real server. */
class Bed {
  #made = 0;
  private constructor(
    readonly server: TestRedis,
    readonly clock: SteppedClock,
    readonly log: SqliteEventLog,
    readonly live: Live,
    readonly redis: TestConnection,
    readonly writer: RedisWriter,
  ) {}

  static async run(
    work: (bed: Bed) => Promise<void>,
    given: Partial<WriterIdentity> = {},
  ): Promise<void> {
    await inFolder(async (dir) => {
      await using server = await startRedis();
      const clock = new SteppedClock();
      using log = await openLog(dir, clock);
      const live = await Live.start(dir, log, clock);
      try {
        await using redis = new TestConnection(server);
        await using bed = new Bed(
          server,
          clock,
          log,
          live,
          redis,
          newWriter({ redis, log, source: live.projector }, given),
        );
        await bed.writer.claim();
        bed.writer.start();
        await work(bed);
      } finally {
        await live.close();
      }
    });
  }

  /** Appends, in one window after the other. */
  async append(windows: number, events = 2): Promise<void> {
    for (let window = 0; window < windows; window++) {
      this.clock.step(5_000);
      this.log.append(
        Array.from({ length: events }, () => fill(this.#made++, this.clock)),
      );
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

function newWriter(
  { redis, log, source }: {
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
    intervalMs: INTERVAL_MS,
    leaseTtlMs: LEASE_TTL_MS,
    clock: new SteppedClock(),
  });
}

Deno.test("RedisWriter brings events, finals, current and breakdown into Redis", async () => {
  await Bed.run(async (bed) => {
    await bed.append(5);
    await bed.assertPublished();
    const { lease, mirror, snapshots, lastError, connection } = bed.writer.status();
    assert.deepEqual({ lease, connection, lastError }, {
      lease: "held",
      connection: "ready",
      lastError: null,
    });
    assert.equal(mirror.lagEvents, 0);
    assert.equal(snapshots.offset, 2 * bed.log.head().position);
  });
});

Deno.test("RedisWriter drops a window's provisional snapshots with its final", async () => {
  await Bed.run(async (bed) => {
    await bed.append(3);
    for (let events = 0; events < 5; events++) {
      bed.log.append([fill(1_000 + events, bed.clock)]);
      await bed.assertPublished();
    }
    const open = (await streamSnapshots(bed.server.client))
      .filter(({ offset }) => offset % 2 === 0);
    assert.ok(open.length > 1, `${open.length} provisional snapshots`);
    await bed.append(1, 1);
    await bed.assertPublished();
    const offsets = (await streamSnapshots(bed.server.client)).map(({ offset }) => offset);
    assert.equal(offsets.filter((offset) => offset % 2 === 0).length, 1);
  });
});

Deno.test("RedisWriter writes a heartbeat each interval, whose age the key tells", async () => {
  await Bed.run(async (bed) => {
    await bed.append(2);
    await eventually(async () => await bed.server.client.exists(KEYS.heartbeat) === 1);
    for (let seen = 0; seen < 5; seen++) {
      const age = 86_400_000 - await bed.server.client.pttl(KEYS.heartbeat);
      assert.ok(age <= 3 * INTERVAL_MS, `${age} ms`);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
    const text = await bed.server.client.get(KEYS.heartbeat);
    const heartbeat = parseHeartbeat(KEYS.heartbeat, text ?? "");
    assert.equal(heartbeat.branch, bed.writer.branch);
    assert.equal(heartbeat.offset, bed.live.projector.current()?.offset);
    assert.equal(heartbeat.intervalMs, INTERVAL_MS);
    assert.equal(heartbeat.windowMs, bed.live.projector.windowMs);
  });
});

Deno.test("RedisWriter fills an emptied Redis again within an interval, without an append", async () => {
  await Bed.run(async (bed) => {
    await bed.append(4);
    await bed.assertPublished();
    const { branch } = bed.writer;
    const started = performance.now();
    await bed.server.client.flushall();
    await eventually(async () => await bed.server.client.exists(KEYS.current) === 1);
    assert.ok(performance.now() - started < 3 * INTERVAL_MS);
    await bed.assertPublished();
    assert.notEqual(bed.writer.branch, branch);
  });
});

for (const key of [KEYS.snapshots, KEYS.current, KEYS.breakdown, KEYS.heartbeat, KEYS.writer]) {
  Deno.test(`RedisWriter writes ${key} again where it is deleted or of another type`, async () => {
    await Bed.run(async (bed) => {
      await bed.append(4);
      await bed.assertPublished();
      const { client } = bed.server;
      const type = await client.type(key);
      for (const spoil of [() => client.del(key), () => client.sadd(key, "a set")]) {
        await client.del(key);
        await spoil();
        await eventually(async () => await client.type(key) === type);
        await bed.assertPublished();
      }
    });
  });
}

Deno.test("RedisWriter begins spoilt snapshots anew", async () => {
  await Bed.run(async (bed) => {
    await bed.append(6);
    await bed.assertPublished();
    const { client } = bed.server;
    const [, second] = await streamSnapshots(client);
    const spoilt = [
      () =>
        client.xadd(
          KEYS.snapshots,
          "1795356855251-1",
          "epoch",
          "0123456789abcdef",
          "snapshot",
          "{}",
        ),
      () => client.xtrim(KEYS.snapshots, "MAXLEN", 0),
      () => client.xdel(KEYS.snapshots, snapshotId(second!.offset)),
    ];
    for (const spoil of spoilt) {
      await spoil();
      // A hole in what is past shows when the stream is looked at next: with each connection.
      await client.call("CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES");
      await bed.append(1);
      const isWhole = async () => {
        const ids = (await client.xrange(KEYS.snapshots, "-", "+")).map(([id]) => id);
        return ids.includes(snapshotId(second!.offset)) && ids.every((id) => /-[01]$/.test(id));
      };
      await eventually(isWhole);
      await bed.assertPublished();
    }
  });
});

Deno.test("RedisWriter brings every final after kill -9 and an empty restart of Redis", async () => {
  await Bed.run(async (bed) => {
    await bed.append(3);
    await bed.assertPublished();
    await bed.server.kill();
    await bed.append(30);
    assert.equal(bed.writer.status().connection, "down");
    await bed.server.restart();
    await bed.append(3);
    await bed.assertPublished();
  });
});

Deno.test("RedisWriter brings every final after Redis slept", async () => {
  await Bed.run(async (bed) => {
    await bed.append(3);
    await bed.assertPublished();
    const asleep = bed.server.client.call("DEBUG", "SLEEP", "2.5");
    for (let round = 0; round < 10; round++) {
      await bed.append(3);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await asleep;
    await bed.assertPublished();
  });
});

Deno.test("RedisWriter continues the stream of the run before it", async () => {
  await Bed.run(async (bed) => {
    await bed.append(5);
    await bed.assertPublished();
    const { branch } = bed.writer;
    await bed.writer.stop();
    assert.equal(await bed.server.client.exists(KEYS.writer), 0);
    await bed.append(5);
    await using redis = new TestConnection(bed.server);
    const next = newWriter({ redis, log: bed.log, source: bed.live.projector }, { token: 2 });
    await next.claim();
    next.start();
    await eventually(() => next.status().snapshots.offset === bed.live.projector.current()!.offset);
    assert.equal(next.branch, branch);
    await bed.assertPublished();
    await next.stop();
  });
});

Deno.test("RedisWriter.lost stops all writing within one renewal", async () => {
  await Bed.run(async (bed) => {
    await bed.append(3);
    await bed.assertPublished();
    const other = JSON.stringify({
      holder: "other",
      token: 9,
      logId: bed.log.id,
      address: "http://elsewhere:3000",
      since: "2026-11-22T10:00:00.000Z",
    });
    const started = performance.now();
    await bed.server.client.set(KEYS.writer, other, "PX", 60_000);
    await eventually(() => bed.writer.lost.aborted);
    assert.ok(performance.now() - started < LEASE_TTL_MS / 3 + 100);
    assert.ok(bed.writer.lost.reason instanceof LeaseHeldError);
    assert.match(bed.writer.lost.reason.message, /elsewhere/);
    const keys = [KEYS.current, KEYS.heartbeat];
    const before = await bed.server.client.mget(keys);
    await bed.append(3);
    await new Promise((resolve) => setTimeout(resolve, 3 * INTERVAL_MS));
    assert.deepEqual(await bed.server.client.mget(keys), before);
    assert.equal(bed.writer.status().lease, "lost");
    await bed.writer.stop();
    assert.equal(await bed.server.client.get(KEYS.writer), other);
  });
});

Deno.test("RedisWriter.stop() ends within a second whatever Redis does", async () => {
  for (const trouble of ["none", "away", "asleep"]) {
    await Bed.run(async (bed) => {
      await bed.append(3);
      await bed.assertPublished();
      if (trouble === "away") await bed.server.kill();
      const asleep = trouble === "asleep"
        ? bed.server.client.call("DEBUG", "SLEEP", "2")
        : Promise.resolve(null);
      await bed.append(1);
      const started = performance.now();
      await bed.writer.stop();
      assert.ok(performance.now() - started < 1_000);
      await asleep;
    });
  }
});

Deno.test("RedisWriter.stop() lets out what is appended", async () => {
  await Bed.run(async (bed) => {
    await bed.append(3);
    await bed.assertPublished();
    await bed.append(20, 10);
    await bed.writer.stop();
    const text = await bed.server.client.get(KEYS.current);
    const { offset } = parseModel(KEYS.current, text ?? "");
    assert.equal(offset, 2 * bed.log.head().position);
    await assertMirrors(bed.server.client, bed.log);
  });
});
