/** Redis goes away, or loses everything, under a running writer and its edge: neither takes harm. */
import assert from "node:assert/strict";
import {
  assertConfirmedAgain,
  assertUnconfirmed,
  assertUnharmed,
  calm,
  closedPage,
  type Scene,
  withScene,
} from "./redis_scene.ts";
import { INTERVAL_MS } from "./redis_nodes.ts";

/** Longer than the lease, whose holder must be none the worse for it. */
const OUTAGE_MS = 30_000;
const ATTEMPTS = 8;
const ATTEMPT_MS = 1_000;
/** Requests at once. */
const AT_ONCE = 10;

const servedFrom = async (url: string) => (await (await fetch(url)).json()).served.from as string;

/** Reads so many other pages that those read before are in memory no more. */
async function crowdOut(base: string, to: string, first: number): Promise<void> {
  for (let n = first; n < first + 1_100; n += AT_ONCE) {
    const pages = Array.from({ length: AT_ONCE }, (_, i) => fetch(base + closedPage(n + i, to)));
    for (const response of await Promise.all(pages)) {
      assert.equal(response.status, 200);
      await response.body?.cancel();
    }
  }
}

/**
 * Where a closed page comes from when it is in memory no more. Redis has 50 ms, which a busy machine may
 * need: then SQLite answers, Redis is left alone for two seconds if that happens often, and the page is asked
 * for again.
 */
async function nextTier(base: string, to: string, wished: string): Promise<string> {
  let from = "";
  for (let attempt = 1; attempt <= ATTEMPTS && from !== wished; attempt++) {
    if (attempt > 1) await calm(ATTEMPT_MS);
    crowd += 10_000;
    await crowdOut(base, to, crowd);
    from = await servedFrom(base + closedPage(0, to));
  }
  return from;
}

/** Number of the first page of the next crowd: another each time. */
let crowd = 0;

/** A closed page that is not in memory comes from the next tier that has it. */
async function assertTiers({ writer, redis }: Scene, to: string): Promise<void> {
  const page = writer.url + closedPage(0, to);
  assert.equal(await servedFrom(page), "sqlite", "first of all");
  assert.equal(await servedFrom(page), "memory", "then at hand");
  assert.equal(await nextTier(writer.url, to, "redis"), "redis", "then no longer at hand");
  assert.equal(await redis.client.ping(), "PONG");
}

Deno.test("a Redis that is killed, is away for half a minute and comes back empty does no harm", () =>
  withScene({}, async (scene) => {
    const to = new Date(Date.now() - 2 * INTERVAL_MS).toISOString();
    await assertTiers(scene, to);
    const from = Date.now();
    await scene.redis.kill();
    await calm(OUTAGE_MS / 2);
    const { url } = scene.writer;
    assert.equal(await nextTier(url, to, "sqlite"), "sqlite", "without Redis");
    await calm(OUTAGE_MS - (Date.now() - from));
    await scene.redis.restart();
    const fault = { from, to: Date.now() };
    await calm();
    assert.equal(await nextTier(url, to, "sqlite"), "sqlite", "Redis came back empty");
    assert.equal(await nextTier(url, to, "redis"), "redis", "and is filled again");
    await assertUnharmed(scene, fault);
    assertUnconfirmed(scene, fault);
    assertConfirmedAgain(scene, fault);
  }));

Deno.test("a Redis that is emptied again and again under its users does no harm", () =>
  withScene({}, async (scene) => {
    const from = Date.now();
    for (let i = 0; i < 8; i++) {
      await scene.redis.client.flushall();
      await calm(Math.random() * 2 * INTERVAL_MS);
    }
    const fault = { from, to: Date.now() };
    await assertUnharmed(scene, fault);
    assertConfirmedAgain(scene, fault);
  }));
