import assert from "node:assert/strict";
import { Buckets } from "../access/buckets.ts";
import { systemClock } from "../log/system_clock.ts";
import { RedisConnection } from "../redis/connection.ts";
import { startFaultyProxy } from "../redis/test_proxy.ts";
import { startRedis } from "../redis/testing.ts";
import { RateSharing } from "./rate_sharing.ts";

const NAME = "203.0.113.7";
const KEY = `pnl:spent:address:${NAME}`;
/** One a second: hardly anything comes back while a test runs. One is 1,000 units. */
const QUOTA = { burst: 1_000, tokens: 1, perMs: 1_000 };
/** Of what is spent so much may have come back meanwhile: 9 seconds. */
const BACK = 9_000;
const COMMAND_MS = 1_000;

/** Keeps what it is told, and how often what it has was asked for to be told. */
class WatchedBuckets extends Buckets {
  readonly learnt: number[] = [];
  told = 0;

  override get mostLearnt(): number {
    this.told += 1;
    return super.mostLearnt;
  }

  override learn(name: string, spent: number, now: number): void {
    this.learnt.push(spent);
    super.learn(name, spent, now);
  }
}

interface Scene {
  readonly buckets: WatchedBuckets;
  readonly hang: (on: boolean) => void;
  readonly redis: Awaited<ReturnType<typeof startRedis>>;
  spend(times: number): void;
}

async function withNode(work: (scene: Scene) => Promise<void>): Promise<void> {
  await using redis = await startRedis();
  await using proxy = await startFaultyProxy(redis.port);
  const connection = new RedisConnection({ url: proxy.url, commandTimeoutMs: COMMAND_MS });
  const sharing = new RateSharing(connection, systemClock);
  const buckets = new WatchedBuckets(QUOTA, 100);
  const spend = (times: number) => {
    for (let n = 0; n < times; n++) {
      buckets.spend(NAME, performance.now());
      sharing.share("address", NAME, buckets);
    }
  };
  try {
    assert.ok(await connection.untilReady(5_000));
    await work({ buckets, hang: (on) => proxy.hang(on), redis, spend });
  } finally {
    sharing.end();
    await connection.close();
  }
}

async function soon(what: string, isSo: () => boolean): Promise<void> {
  const from = performance.now();
  while (!isSo()) {
    assert.ok(performance.now() - from < 5_000, what);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

Deno.test("RateSharing: what is spent while Redis is told comes on top of what it answers", async () => {
  await withNode(async ({ buckets, hang, redis, spend }) => {
    await redis.client.set(KEY, `100000 ${Date.now()}`);
    hang(true);
    spend(10);
    await soon("it is told", () => buckets.told > 0);
    spend(50);
    hang(false);
    await soon("it learns", () => buckets.learnt.length > 0);
    const all = buckets.learnt[0] ?? 0;
    assert.ok(all > 160_000 - BACK && all <= 160_000, `${all}: of others, told, and since`);
  });
});

Deno.test("RateSharing: what was spent while Redis failed is not made good", async () => {
  await withNode(async ({ buckets, hang, redis, spend }) => {
    hang(true);
    spend(10);
    await soon("it is told", () => buckets.told > 0);
    spend(50);
    await new Promise((resolve) => setTimeout(resolve, COMMAND_MS * 1.5));
    hang(false);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const spent = Number((await redis.client.get(KEY) ?? "0 0").split(" ")[0]);
    assert.ok(spent <= 10_000, `${spent}: more than what was told before it failed`);
  });
});
