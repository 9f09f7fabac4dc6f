import assert from "node:assert/strict";
import { Buckets } from "../access/buckets.ts";
import { perSecond } from "../access/quota.ts";
import { systemClock } from "../log/system_clock.ts";
import { RedisConnection } from "../redis/connection.ts";
import { startFaultyProxy } from "../redis/test_proxy.ts";
import { startRedis } from "../redis/testing.ts";
import { RateSharing } from "./rate_sharing.ts";

const RATE = 100;
const NAME = "203.0.113.7";
/** A burst is 200: twice the rate. */
const QUOTA = perSecond(RATE);

/** A node that counts requests of one address. */
class Node implements AsyncDisposable {
  readonly buckets = new Buckets(QUOTA, 100);
  readonly #redis: RedisConnection;
  readonly #sharing: RateSharing;
  passed = 0;
  refused = 0;

  constructor(url: string) {
    this.#redis = new RedisConnection({ url });
    this.#sharing = new RateSharing(this.#redis, systemClock);
  }

  ready(): Promise<boolean> {
    return this.#redis.untilReady(5_000);
  }

  ask(): void {
    if (this.buckets.waitMs(NAME, performance.now()) > 0) {
      this.refused += 1;
      return;
    }
    this.buckets.spend(NAME, performance.now());
    this.#sharing.share("address", NAME, this.buckets);
    this.passed += 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sharing.end();
    await this.#redis.close();
  }
}

/** All nodes are asked far too often for a time. Gives how many came through, and in how many seconds. */
async function flood(nodes: readonly Node[], ms: number) {
  for (const node of nodes) node.passed = 0;
  const from = performance.now();
  while (performance.now() - from < ms) {
    for (const node of nodes) for (let n = 0; n < 20; n++) node.ask();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const seconds = (performance.now() - from) / 1_000;
  return { passed: nodes.reduce((sum, { passed }) => sum + passed, 0), seconds };
}

Deno.test("RateSharing: four nodes together let through what one may, but for the first burst of each", async () => {
  await using redis = await startRedis();
  await using stack = new AsyncDisposableStack();
  const nodes = Array.from({ length: 4 }, () => stack.use(new Node(redis.url)));
  for (const node of nodes) assert.ok(await node.ready());
  const { passed: burst, seconds } = await flood(nodes, 2_500);
  assert.ok(burst >= 200, `${burst} in a burst`);
  assert.ok(burst <= 4 * 200 + seconds * RATE, `${burst} in ${seconds} s`);
  const steady = await flood(nodes, 2_000);
  const most = steady.seconds * RATE;
  assert.ok(steady.passed <= 1.5 * most + 20, `${steady.passed} of ${most}: not shared`);
  assert.ok(steady.passed >= most / 2, `${steady.passed} of ${most}`);
  assert.ok(nodes.every(({ refused }) => refused > 0));
  const ttl = await redis.client.pttl(`pnl:spent:address:${NAME}`);
  assert.ok(ttl > 0 && ttl <= 4_001, `it is forgotten after ${ttl} ms`);
});

Deno.test("RateSharing: what was spent at one node is missing at the other, and Redis that is wiped gives nothing back", async () => {
  await using redis = await startRedis();
  await using one = new Node(redis.url);
  await using two = new Node(redis.url);
  for (const node of [one, two]) assert.ok(await node.ready());
  for (let n = 0; n < 150; n++) one.ask();
  two.ask();
  const from = performance.now();
  while (two.buckets.spent(NAME, performance.now()) < 50_000) {
    assert.ok(performance.now() - from < 1_000, "it was not told");
    two.ask();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const before = two.buckets.spent(NAME, performance.now());
  const at = performance.now();
  await redis.client.flushall();
  await redis.client.set(`pnl:spent:address:${NAME}`, "no such thing");
  two.ask();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const now = performance.now();
  assert.ok(two.buckets.spent(NAME, now) >= before - (now - at + 2) * RATE, "it was given back");
});

Deno.test("RateSharing: while Redis is dead or hangs each node limits by itself, and shares again afterwards", async () => {
  await using redis = await startRedis();
  await using proxy = await startFaultyProxy(redis.port);
  await using one = new Node(proxy.url);
  await using two = new Node(proxy.url);
  const nodes = [one, two];
  for (const node of nodes) assert.ok(await node.ready());
  await flood(nodes, 1_000);
  const alone = async (what: string) => {
    const { passed, seconds } = await flood(nodes, 2_000);
    const most = seconds * RATE * nodes.length;
    assert.ok(passed <= most + 20, `${what}: ${passed} of ${most}: no limit`);
    // What was learnt before is paid back first.
    assert.ok(passed >= most / 4, `${what}: ${passed} of ${most}: hardly anybody is let in`);
  };
  proxy.hang(true);
  await alone("hangs");
  proxy.hang(false);
  await redis.kill();
  await alone("is dead");
  await redis.restart();
  for (const node of nodes) assert.ok(await node.ready());
  await flood(nodes, 1_500);
  const { passed, seconds } = await flood(nodes, 2_000);
  assert.ok(passed <= 1.5 * seconds * RATE + 20, `${passed} in ${seconds} s: not shared again`);
});
