import assert from "node:assert/strict";
import { redisKeys } from "./keys.ts";
import type { LeaseRecord } from "./records.ts";
import { parseModel } from "./records.ts";
import { publishSnapshots, type SnapshotBatch } from "./publish_snapshots.ts";
import {
  BranchLostError,
  LeaseHeldError,
  OutOfPlaceError,
  RedisFailedError,
  type WriteContext,
} from "./scripts.ts";
import { SnapshotPublisher } from "./snapshot_publisher.ts";
import { KEPT_PROVISIONALS } from "./snapshot_stream.ts";
import { eventually } from "./test_mirror.ts";
import { PlannedSource, streamSnapshots, TestConnection, writerIdentity } from "./test_writer.ts";
import { startRedis, type TestRedis } from "./testing.ts";

const KEYS = redisKeys();
const BRANCH = "0b";
const EPOCH = "0123456789abcdef";
const LOG = { rootAt: (position: number) => `root-${position}` };

/** How often a publisher writes without news, and looks at the stream, milliseconds. */
interface Pace {
  readonly intervalMs?: number;
  readonly checkMs?: number;
}

/** What a test works on: a server in which the branch has begun, and publishers that end with the test. */
interface Tools {
  readonly server: TestRedis;
  readonly context: WriteContext;
  /** Publishes, begins again where that fails, and answers what ends it. */
  readonly publish: (source: PlannedSource, pace?: Pace) => () => Promise<void>;
}

async function withPublishers(work: (tools: Tools) => Promise<void>): Promise<void> {
  await using server = await startRedis();
  await using redis = new TestConnection(server);
  assert.ok(await redis.untilReady(5_000));
  await server.client.hset(KEYS.log, { logId: "a-log", branch: BRANCH, token: 1 });
  const identity = writerIdentity();
  const ends: (() => Promise<void>)[] = [];
  const publish = (source: PlannedSource, { intervalMs = 20, checkMs = 60_000 }: Pace = {}) => {
    const ending = new AbortController();
    const options = { redis, identity, source, log: LOG, intervalMs, checkMs };
    const publisher = new SnapshotPublisher(options);
    const run = async () => {
      while (!ending.signal.aborted) {
        await publisher.run(BRANCH, ending.signal)
          .catch(() => new Promise((resolve) => setTimeout(resolve, 1)));
      }
    };
    const running = run();
    const end = async () => {
      ending.abort();
      await running;
    };
    ends.push(end);
    return end;
  };
  try {
    await work({ server, context: { redis, identity, branch: BRANCH }, publish });
  } finally {
    for (const end of ends) await end();
  }
}

/** Waits until the newest snapshot of a source is in Redis. */
async function published({ client }: TestRedis, source: PlannedSource): Promise<void> {
  await eventually(async () => {
    const text = await client.get(KEYS.current);
    if (text === null) return false;
    const { epoch, offset } = parseModel(KEYS.current, text);
    return epoch === source.epoch && offset === source.current()?.offset;
  });
}

async function finals({ client }: TestRedis) {
  return (await streamSnapshots(client)).filter(({ offset }) => offset % 2 === 1);
}

/** One provisional snapshot after an offset that the stream has reached. */
function next(reached: number | null, offset: number): SnapshotBatch {
  const frame = { epoch: EPOCH, offset, json: "{}" };
  return {
    epoch: EPOCH,
    reached,
    added: [{ ...frame, previous: 0 }],
    current: frame,
    breakdown: { offset, json: "[]" },
    dropped: null,
    made: { position: offset / 2, root: "root" },
  };
}

Deno.test("SnapshotPublisher brings the newest 1,000 finals after a long outage", async () => {
  await withPublishers(async ({ server, publish }) => {
    const source = new PlannedSource();
    source.advance(10);
    const end = publish(source);
    await published(server, source);
    await end();
    source.advance(4_000);
    publish(source);
    await published(server, source);
    const expected = source.newestFinals(1_001);
    const brought = (await finals(server)).slice(-1_000);
    assert.deepEqual(
      brought.map(({ offset, json, previous }) => ({ offset, json, previous })),
      expected.slice(1)
        .map(({ offset, json }, at) => ({ offset, json, previous: expected[at]!.offset })),
    );
    // No more than what is kept was sent.
    const info = await server.client.call("XINFO", "STREAM", KEYS.snapshots);
    assert.ok(Array.isArray(info));
    const added = Number(info[info.indexOf("entries-added") + 1]);
    assert.ok(added <= 3 + 1 + 1_000 + 1, `${added} entries were added`);
  });
});

Deno.test("SnapshotPublisher keeps no more than the newest finals while it goes on", async () => {
  await withPublishers(async ({ server, publish }) => {
    const source = new PlannedSource();
    publish(source);
    for (let round = 0; round < 20; round++) {
      source.advance(300);
      await published(server, source);
    }
    const { length } = await streamSnapshots(server.client);
    assert.ok(length >= 1_000 && length < 1_300, `${length} entries`);
  });
});

Deno.test("SnapshotPublisher keeps few provisional snapshots of a long window, and all finals", async () => {
  await withPublishers(async ({ server, publish }) => {
    const source = new PlannedSource({ windowEvents: 300 });
    publish(source);
    source.advance(301);
    await published(server, source);
    for (let round = 0; round < 2 * KEPT_PROVISIONALS; round++) {
      source.advance(1);
      await published(server, source);
    }
    const snapshots = await streamSnapshots(server.client);
    assert.equal(snapshots.length, 1 + KEPT_PROVISIONALS);
    assert.equal((await finals(server)).length, 1);
    assert.equal(snapshots.at(-1)?.offset, source.current()?.offset);
  });
});

Deno.test("SnapshotPublisher begins the stream anew for another epoch", async () => {
  await withPublishers(async ({ server, publish }) => {
    const old = new PlannedSource();
    old.advance(30);
    const end = publish(old);
    await published(server, old);
    await end();
    for (const windowEvents of [3, 5]) {
      const source = new PlannedSource({ epoch: `fedcba987654321${windowEvents}`, windowEvents });
      source.advance(31);
      const endNew = publish(source);
      await published(server, source);
      await endNew();
      const snapshots = await streamSnapshots(server.client);
      assert.deepEqual(
        snapshots.map(({ epoch, offset }) => ({ epoch, offset })),
        [...source.newestFinals(100), source.current()!]
          .map(({ epoch, offset }) => ({ epoch, offset })),
      );
    }
  });
});

Deno.test("SnapshotPublisher waits while the projection does not run", async () => {
  await withPublishers(async ({ server, publish }) => {
    const source = new PlannedSource();
    source.state.status = "rebuilding";
    source.advance(10);
    publish(source);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await server.client.exists(KEYS.snapshots, KEYS.current), 0);
    source.state.status = "running";
    await published(server, source);
    assert.equal((await finals(server)).length, 3);
  });
});

Deno.test("SnapshotPublisher continues the stream after a start that had to fold first", async () => {
  await withPublishers(async ({ server, publish }) => {
    const before = new PlannedSource();
    before.advance(10);
    const end = publish(before);
    await published(server, before);
    await end();
    const source = new PlannedSource();
    source.state.status = "rebuilding";
    source.advance(4);
    publish(source);
    await new Promise((resolve) => setTimeout(resolve, 50));
    source.advance(8);
    source.state.status = "running";
    await published(server, source);
    const info = await server.client.call("XINFO", "STREAM", KEYS.snapshots);
    assert.ok(Array.isArray(info));
    // What was there has stayed: three finals and the newest snapshot of then; one came.
    assert.equal(info[info.indexOf("entries-added") + 1], 3 + 1 + 1);
  });
});

Deno.test("SnapshotPublisher misses no news that comes while a script is under way", async () => {
  await withPublishers(async ({ server, publish }) => {
    const source = new PlannedSource();
    publish(source, { intervalMs: 60_000 });
    for (let round = 0; round < 100; round++) {
      source.advance(1);
      for (let turn = 0; turn < round % 20; turn++) await Promise.resolve();
      if (round % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      source.advance(1);
      if (round % 10 === 0) await published(server, source);
    }
    await published(server, source);
  });
});

Deno.test("SnapshotPublisher finds a hole in what is past, now and then", async () => {
  await withPublishers(async ({ server, publish }) => {
    const source = new PlannedSource();
    source.advance(10);
    publish(source, { checkMs: 100 });
    await published(server, source);
    await server.client.xdel(KEYS.snapshots, "3-1");
    await eventually(async () => (await finals(server)).length === 3);
  });
});

Deno.test("publishSnapshots() writes nothing for an older start, another holder or branch", async () => {
  await withPublishers(async ({ server, context }) => {
    const { client } = server;
    await publishSnapshots(context, next(0, 2));
    const before = await client.get(KEYS.current);
    await client.hset(KEYS.log, "token", 2);
    await assert.rejects(publishSnapshots(context, next(2, 4)), LeaseHeldError);
    await client.hset(KEYS.log, "token", 1);
    const lease: LeaseRecord = {
      holder: "other",
      token: 1,
      logId: "a-log",
      address: "http://elsewhere",
      since: "now",
    };
    await client.set(KEYS.writer, JSON.stringify(lease));
    await assert.rejects(publishSnapshots(context, next(2, 4)), (error) => {
      assert.ok(error instanceof LeaseHeldError);
      assert.deepEqual(error.lease, lease);
      return true;
    });
    await client.del(KEYS.writer);
    await client.hset(KEYS.log, "branch", "another");
    await assert.rejects(publishSnapshots(context, next(2, 4)), BranchLostError);
    await client.del(KEYS.log);
    await assert.rejects(publishSnapshots(context, next(2, 4)), BranchLostError);
    assert.equal(await client.get(KEYS.current), before);
    assert.equal((await streamSnapshots(client)).length, 1);
  });
});

Deno.test("publishSnapshots() says where the stream is not as far as was thought, or lacks a final", async () => {
  await withPublishers(async ({ server, context }) => {
    await publishSnapshots(context, next(0, 20));
    await assert.rejects(publishSnapshots(context, next(22, 24)), OutOfPlaceError);
    const late = { ...next(20, 24), added: [{ epoch: EPOCH, offset: 7, json: "{}", previous: 0 }] };
    await assert.rejects(publishSnapshots(context, late), OutOfPlaceError);
    assert.deepEqual((await streamSnapshots(server.client)).map(({ offset }) => offset), [20]);
    assert.equal(await publishSnapshots(context, { ...late, reached: null }), 7);
    assert.deepEqual((await streamSnapshots(server.client)).map(({ offset }) => offset), [7]);
  });
});

Deno.test("publishSnapshots() writes all or nothing where Redis is full", async () => {
  await withPublishers(async ({ server, context }) => {
    const { client } = server;
    await publishSnapshots(context, next(0, 2));
    const before = await client.mget(KEYS.current, KEYS.breakdown);
    await client.config("SET", "maxmemory", "1");
    const closing: SnapshotBatch = {
      ...next(2, 6),
      added: [
        { epoch: EPOCH, offset: 3, json: "{}", previous: 0 },
        { epoch: EPOCH, offset: 6, json: "{}", previous: 3 },
      ],
    };
    for (const batch of [next(2, 4), closing, { ...closing, added: [] }]) {
      await assert.rejects(publishSnapshots(context, batch), (error) => {
        assert.ok(error instanceof RedisFailedError);
        assert.equal(error.kind, "out_of_memory");
        return true;
      });
      assert.deepEqual((await streamSnapshots(client)).map(({ offset }) => offset), [2]);
      assert.deepEqual(await client.mget(KEYS.current, KEYS.breakdown), before);
    }
    await client.config("SET", "maxmemory", "0");
    assert.equal(await publishSnapshots(context, closing), 6);
    assert.deepEqual((await streamSnapshots(client)).map(({ offset }) => offset), [3, 6]);
  });
});

Deno.test("SnapshotPublisher publishes nothing while the projection does not run", async () => {
  await withPublishers(async ({ server, publish }) => {
    const source = new PlannedSource();
    source.advance(5);
    publish(source);
    await published(server, source);
    const before = await streamSnapshots(server.client);
    source.state.status = "rebuilding";
    source.advance(5);
    // Several times as long as it rests without news.
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(await streamSnapshots(server.client), before);
    source.state.status = "running";
    await published(server, source);
  });
});
