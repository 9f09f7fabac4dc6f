/** Redis hangs, or its connections break in the middle of what is said: nobody takes harm. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { redisKeys } from "../src/redis/keys.ts";
import type { Reading } from "./read_watch.ts";
import { INTERVAL_MS, type Nodes } from "./redis_nodes.ts";
import {
  assertConfirmedAgain,
  assertUnconfirmed,
  assertUnharmed,
  calm,
  closedPage,
  type Scene,
  withScene,
} from "./redis_scene.ts";

/**
 * How long Redis hangs. Every deadline of the program passes within it, those of a read, of the
 * breaker, of a command and of two heartbeats, so that ten seconds would show nothing more.
 */
const HANG_MS = 4_000;
const PAGES = 1_000;
/** Redis has 50 ms, and a busy machine may need them now and then. */
const MOSTLY = 0.7;
/** A read that takes longer on a busy machine was held up. */
const SLOW_MS = 300;
const BREAKS = 40;
const BREAK_MS = 150;
const HISTORY = "/api/pnl/history";

/** A writer whose predecessor has put closed pages into Redis: they are not in this one's memory. */
async function restarted(nodes: Nodes, url: string, to: string) {
  const first = await nodes.writer(url);
  await calm(3 * INTERVAL_MS);
  for (let n = 0; n < PAGES; n++) await (await fetch(first.url + closedPage(n, to))).text();
  assert.equal((await first.end("SIGTERM")).code, 0, first.output());
  return await nodes.writer(url);
}

/** The readings of pages within a time, in order. */
function pages({ writerReads }: Scene, from: number, to: number): Reading[] {
  return writerReads.readings
    .filter((each) => each.path.startsWith(HISTORY) && each.at > from && each.at < to);
}

/** The part of the pages that came from Redis. */
function share(readings: readonly Reading[]): number {
  return readings.filter(({ from }) => from === "redis").length / readings.length;
}

Deno.test("a Redis that hangs moves reads to the next tier, then back, and does no harm", async () => {
  const closed = new Date(Date.now() + 2 * INTERVAL_MS).toISOString();
  let next = 0;
  const options = {
    prepare: (nodes: Nodes, redis: { readonly url: string }) => restarted(nodes, redis.url, closed),
    alsoRead: () => [closedPage(next++, closed)],
  };
  await withScene(options, async (scene) => {
    const vandal = new Redis(scene.redis.url);
    const from = Date.now();
    await vandal.call("DEBUG", "SLEEP", String(HANG_MS / 1000));
    vandal.disconnect();
    const fault = { from, to: Date.now() };
    await assertUnharmed(scene, fault);
    assert.ok(next < PAGES, `${next} pages were read`);
    const before = pages(scene, 0, from);
    const during = pages(scene, from + 100, fault.to - 100);
    const after = pages(scene, fault.to + 2_500, Infinity);
    assert.ok(Math.min(before.length, during.length, after.length) > 5);
    assert.ok(share(before) > MOSTLY, JSON.stringify(before));
    assert.deepEqual(new Set(during.map(({ from }) => from)), new Set(["sqlite"]));
    assert.ok(share(after) > MOSTLY, JSON.stringify(after));
    // A reader loses 50 ms to a Redis that hangs, and after some such reads nothing.
    const slow = during.filter(({ tookMs }) => tookMs > SLOW_MS);
    assert.ok(slow.length < during.length / 4, JSON.stringify(slow));
    assertUnconfirmed(scene, fault);
    assertConfirmedAgain(scene, fault);
  });
});

Deno.test("connections that break in the middle of what is said do no harm", () =>
  withScene({ proxied: true }, async (scene) => {
    const { writer, edge } = scene.proxies;
    const from = Date.now();
    for (let i = 0; i < BREAKS; i++) {
      const proxy = i % 2 === 0 ? writer : edge;
      if (i % 3 === 0) proxy.reset();
      // In the middle of a command: Redis has half of it.
      else if (i % 3 === 1) proxy.drop(Math.floor(Math.random() * 2_000));
      // After the script ran: the writer does not know whether it did.
      else void writer.loseReply("evalsha");
      await calm(Math.random() * 2 * BREAK_MS);
    }
    for (const proxy of [writer, edge]) proxy.drop(Infinity);
    const fault = { from, to: Date.now() };
    await assertUnharmed(scene, fault);
    assertConfirmedAgain(scene, fault);
    assert.equal(await scene.redis.client.exists(redisKeys().setAside), 0, "one unbroken past");
  }));

Deno.test("an edge that is cut off in silence says so, and then misses nothing", () =>
  withScene({ proxied: true }, async (scene) => {
    const from = Date.now();
    scene.proxies.edge.hang(true);
    await calm(HANG_MS);
    scene.proxies.edge.hang(false);
    const fault = { from, to: Date.now() };
    await assertUnharmed(scene, fault);
    assertUnconfirmed(scene, fault);
    assertConfirmedAgain(scene, fault);
    for (const follower of scene.followers) assert.equal(follower.resets, 0);
  }));
