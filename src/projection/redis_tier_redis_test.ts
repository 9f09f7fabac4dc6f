import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { systemClock as clock } from "../log/system_clock.ts";
import { RedisConnection } from "../redis/connection.ts";
import { PAGE_TTL_MS, RedisModels } from "../redis/models.ts";
import { EPOCH, TestPublisher } from "../redis/test_publisher.ts";
import { type FaultyProxy, startFaultyProxy } from "../redis/test_proxy.ts";
import { startRedis, type TestRedis } from "../redis/testing.ts";
import { NotOnThisNodeError } from "./open_edge_read_path.ts";
import { openReadPath } from "./open_read_path.ts";
import { BREAKDOWN, CURRENT, historyKey } from "./read_model.ts";
import { ReadPath } from "./read_path.ts";
import { RedisTier } from "./redis_tier.ts";
import { SqliteTier } from "./sqlite_tier.ts";
import { withEdge } from "./test_following_edge.ts";
import { append, inFolder, Live, SteppedClock, until } from "./testing.ts";

const PAGE_KEY = historyKey({ resolution: "1h", limit: 10 });

/** What a test has at hand. */
interface Parts {
  readonly server: TestRedis;
  readonly proxy: FaultyProxy;
  readonly redis: RedisConnection;
  readonly publisher: TestPublisher;
  /** What the tier believes. */
  readonly believed: { branch: string | null; epoch: string };
  readonly tier: RedisTier;
  /** Redis ▸ SQLite ▸ default, so that each read asks Redis. */
  readonly readPath: ReadPath;
}

async function withTier(test: (parts: Parts) => Promise<void>): Promise<void> {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  const redis = new RedisConnection({ url: proxy.url });
  await redis.untilReady(5_000);
  const publisher = new TestPublisher(server.client, "a");
  const believed: Parts["believed"] = { branch: "a", epoch: EPOCH };
  const tier = new RedisTier({
    models: new RedisModels(redis),
    branch: () => believed.branch,
    epoch: () => believed.epoch,
    clock,
    retryMs: 300,
  });
  const stored = (key: string) => key === CURRENT ? { epoch: EPOCH, offset: 2, json: "{}" } : null;
  const readPath = new ReadPath([tier, new SqliteTier({ stored })], {
    epoch: () => EPOCH,
    clock,
    fallback: () => "{}",
  });
  try {
    await test({ server, proxy, redis, publisher, believed, tier, readPath });
  } finally {
    await redis.close();
  }
}

Deno.test("RedisTier answers with the newest snapshot and breakdown, byte for byte", async () => {
  await withTier(async ({ publisher, readPath }) => {
    assert.equal((await readPath.read(CURRENT)).from, "sqlite");
    await publisher.publish([4]);
    for (const key of [CURRENT, BREAKDOWN]) {
      assert.deepEqual(await readPath.read(key), {
        from: "redis",
        entry: { epoch: EPOCH, offset: 4, json: publisher.json(4) },
      });
    }
  });
});

Deno.test("RedisTier believes only the verified branch and the current epoch", async () => {
  await withTier(async ({ publisher, believed, readPath, tier }) => {
    await publisher.publish([4]);
    believed.branch = "b";
    assert.equal((await readPath.read(CURRENT)).from, "sqlite");
    believed.branch = "a";
    believed.epoch = "fedcba9876543210";
    assert.equal((await readPath.read(CURRENT)).from, "sqlite");
    believed.epoch = EPOCH;
    const asked = readPath.stats().redis;
    assert.deepEqual([asked?.misses, asked?.hits, asked?.errors], [2, 0, 0]);
    believed.branch = null;
    assert.equal(tier.available, false);
    assert.equal((await readPath.read(CURRENT)).from, "sqlite");
    assert.deepEqual(readPath.stats().redis?.misses, 2);
    believed.branch = "a";
    // The branch may be lost while the answer is under way.
    const reading = readPath.read(CURRENT);
    believed.branch = "b";
    assert.equal((await reading).from, "sqlite");
  });
});

Deno.test("RedisTier costs five deadlines where Redis hangs, and then a trial now and then", async () => {
  await withTier(async ({ publisher, proxy, readPath, tier }) => {
    await publisher.publish([4]);
    assert.equal((await readPath.read(CURRENT)).from, "redis");
    proxy.hang(true);
    const times: number[] = [];
    for (let n = 0; n < 30; n++) {
      const started = performance.now();
      assert.equal((await readPath.read(BREAKDOWN)).from, "default");
      times.push(performance.now() - started);
    }
    assert.ok(times.slice(0, 5).every((ms) => ms >= 45), times.join());
    assert.ok(times.slice(5).every((ms) => ms < 20), times.join());
    const { errors, hits, misses } = readPath.stats().redis!;
    assert.deepEqual([errors, hits, misses], [5, 1, 5]);
    assert.deepEqual([tier.healthy, tier.available], [false, false]);
    await until(() => tier.available);
    assert.equal(tier.healthy, true, "where nobody reads it would be ill for ever");
    // One read is the trial and waits; the others pass it over.
    const started = performance.now();
    const trial = readPath.read(BREAKDOWN);
    assert.equal((await readPath.read(BREAKDOWN)).from, "default");
    assert.ok(performance.now() - started < 40);
    await trial;
    assert.equal(readPath.stats().redis?.errors, 6);
    proxy.hang(false);
    await until(() => tier.available);
    assert.equal((await readPath.read(BREAKDOWN)).from, "redis");
    assert.equal(tier.healthy, true);
  });
});

Deno.test("RedisTier is passed over while Redis is away, and asked again when it is back", async () => {
  await withTier(async ({ server, publisher, redis, readPath, tier }) => {
    await publisher.publish([4]);
    assert.equal((await readPath.read(CURRENT)).from, "redis");
    await server.kill();
    await until(() => redis.state === "down");
    for (let n = 0; n < 50; n++) assert.equal((await readPath.read(BREAKDOWN)).from, "default");
    assert.deepEqual([tier.healthy, tier.available], [false, false]);
    const { errors, misses } = readPath.stats().redis!;
    assert.deepEqual([errors, misses], [0, 0]);
    await server.restart();
    await publisher.publish([4]);
    await until(() => tier.available);
    assert.equal((await readPath.read(BREAKDOWN)).from, "redis");
  });
});

Deno.test("RedisTier gives what nobody can read as an error, never as an answer", async () => {
  await withTier(async ({ server, publisher, readPath }) => {
    await server.client.set(publisher.keys.current, '{"offset":99}');
    await server.client.hset(publisher.keys.breakdown, "a", "b");
    assert.equal((await readPath.read(CURRENT)).from, "sqlite");
    assert.equal((await readPath.read(BREAKDOWN)).from, "default");
    assert.equal(readPath.stats().redis?.errors, 2);
  });
});

Deno.test("RedisTier.set() keeps closed pages under their branch, and nothing else", async () => {
  await withTier(async ({ server, publisher, believed, tier }) => {
    const { client } = server;
    const page = { epoch: EPOCH, offset: 8, json: '{"items":[]}' };
    await tier.set(CURRENT, page);
    await tier.set(PAGE_KEY, { ...page, volatile: true });
    await tier.set(PAGE_KEY, { ...page, epoch: "fedcba9876543210" });
    await tier.set(PAGE_KEY, { ...page, json: "x".repeat(300_000) });
    assert.deepEqual(await client.keys("*"), []);
    await tier.set(PAGE_KEY, page);
    const key = publisher.keys.page("a", EPOCH, PAGE_KEY);
    assert.deepEqual(await client.keys("*"), [key]);
    const ttl = await client.pttl(key);
    assert.ok(ttl > PAGE_TTL_MS - 10_000 && ttl <= PAGE_TTL_MS);
    assert.deepEqual(await tier.get(PAGE_KEY, AbortSignal.timeout(1_000)), page);
    believed.branch = "b";
    assert.equal(await tier.get(PAGE_KEY, AbortSignal.timeout(1_000)), null);
  });
});

Deno.test("RedisTier.set() keeps no more pages than it may", async () => {
  await withTier(async ({ server, tier }) => {
    const json = "x".repeat(256 * 1024);
    for (let n = 0; n < 300; n++) {
      const key = historyKey({ resolution: "raw", limit: 10, cursor: String(n) });
      await tier.set(key, { epoch: EPOCH, offset: 8, json });
    }
    assert.equal(await server.client.dbsize(), 255);
  });
});

Deno.test("openReadPath() puts closed pages of history into Redis, and asks it before SQLite", async () => {
  await withTier(async ({ server, redis }) => {
    await inFolder(async (dir) => {
      const stepped = new SteppedClock();
      using log = new MemoryEventLog({ clock: stepped });
      const live = await Live.start(dir, log, stepped);
      for (let n = 0; n < 20; n++) append(log, stepped, { stepMs: 5_000, kinds: ["fill"] }, n);
      await live.reach(log.head().position);
      const { projector } = live;
      const open = () => {
        const models = new RedisModels(redis);
        const epoch = () => projector.epoch;
        const tier = new RedisTier({ models, branch: () => "a", epoch, clock });
        return openReadPath({ projector, clock, between: [tier] });
      };
      const first = open();
      const closed = historyKey({ resolution: "raw", limit: 5 });
      const live5 = historyKey({ resolution: "raw", limit: 1_000 });
      const { from, entry } = await first.readPath.read(closed);
      assert.equal(from, "sqlite");
      assert.equal((await first.readPath.read(live5)).from, "sqlite");
      await untilKeys(server, 1);
      // Another process, whose memory is empty.
      const second = open();
      assert.deepEqual(await second.readPath.read(closed), { from: "redis", entry });
      assert.equal((await second.readPath.read(closed)).from, "memory");
      assert.equal((await second.readPath.read(live5)).from, "sqlite");
      assert.equal(await server.client.dbsize(), 1);
      first.stop();
      second.stop();
      await live.close();
    });
  });
});

async function untilKeys(server: TestRedis, count: number): Promise<void> {
  for (let tries = 0; tries < 500 && await server.client.dbsize() < count; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(await server.client.dbsize(), count);
}

Deno.test("openEdgeReadPath() reads memory, then Redis, and says who has the history", async () => {
  await withEdge(async ({ server, following }) => {
    const { edge, reading: { readPath } } = following;
    assert.equal((await readPath.read(CURRENT)).from, "default");
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 4]);
    await publisher.beat(4);
    await until(() => edge.writer !== null && edge.current()?.offset === 4);
    assert.equal((await readPath.read(CURRENT)).from, "memory");
    for (let n = 0; n < 2; n++) {
      const { from, entry } = await readPath.read(BREAKDOWN);
      assert.match(from, n === 0 ? /^(redis|memory)$/ : /^memory$/);
      assert.deepEqual(entry, { epoch: publisher.epoch, offset: 4, json: publisher.json(4) });
    }
    await assert.rejects(async () => await readPath.read(PAGE_KEY), (error) => {
      assert.ok(error instanceof NotOnThisNodeError);
      assert.equal(error.writer, "http://127.0.0.1:3000");
      return true;
    });
  });
});

Deno.test("openEdgeReadPath() has the breakdown before anybody asks, and keeps it while Redis is away", async () => {
  await withEdge(async ({ server, following }) => {
    const { edge, reading: { readPath, redis } } = following;
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 4]);
    await until(() => edge.current()?.offset === 4);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal((await readPath.read(BREAKDOWN)).from, "memory");
    // The next snapshot comes, and its breakdown does not.
    await publisher.add(6, 3);
    await until(() => edge.current()?.offset === 6);
    await server.kill();
    await until(() => !redis.available);
    const { from, entry } = await readPath.read(BREAKDOWN);
    assert.deepEqual([from, entry.offset], ["memory", 4]);
  });
});
