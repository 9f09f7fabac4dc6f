import assert from "node:assert/strict";
import { TestPublisher } from "../redis/test_publisher.ts";
import type { FaultyProxy } from "../redis/test_proxy.ts";
import type { TestRedis } from "../redis/testing.ts";
import { CURRENT } from "./read_model.ts";
import { isConfirmed } from "./served.ts";
import { FollowingEdge, INTERVAL_MS, withEdge } from "./test_following_edge.ts";
import { until } from "./testing.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How late a timer may be on a busy machine. */
const LATE_MS = 100;

const confirmed = ({ edge }: FollowingEdge) => isConfirmed(edge.confirmedAgeMs, edge.intervalMs);

/** A writer that beats each interval, until it is disposed of. A Redis that is away is no reason to stop. */
function beating(publisher: TestPublisher, offset: () => number): Disposable {
  const beat = () => void publisher.beat(offset()).catch(() => {});
  beat();
  // A little slower than the edge reads, so that each comes at another moment between two readings.
  const timer = setInterval(beat, 1.25 * INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/**
 * The share of a time in which the last heartbeat is known to be younger than one and a half intervals: it
 * comes once an interval, and is read more often, so that nothing flickers between.
 */
async function shareFresh({ edge }: FollowingEdge, ms: number): Promise<number> {
  let [yes, all] = [0, 0];
  for (const end = performance.now() + ms; performance.now() < end; all++) {
    if (isConfirmed(edge.confirmedAgeMs, 0.75 * edge.intervalMs)) yes++;
    await sleep(5);
  }
  return yes / all;
}

interface Cut {
  readonly server: TestRedis;
  readonly proxy: FaultyProxy;
  readonly publisher: TestPublisher;
}

/** Cuts the edge off, watches what it says, and gives it back. */
async function cutOff(
  cut: (parts: Cut) => void | Promise<void>,
  mend: (parts: Cut) => void | Promise<void>,
): Promise<void> {
  await withEdge(async ({ server, proxy, following }) => {
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 4]);
    using _ = beating(publisher, () => 4);
    await until(() => confirmed(following));
    const share = await shareFresh(following, 2_000);
    assert.ok(share > 0.9, `fresh in ${Math.round(100 * share)} % of the time`);
    await cut({ server, proxy, publisher });
    const cutAt = performance.now();
    while (confirmed(following)) {
      const ms = performance.now() - cutAt;
      assert.ok(ms < 2 * INTERVAL_MS + LATE_MS, `still confirmed after ${Math.round(ms)} ms`);
      await sleep(1);
    }
    await sleep(2 * INTERVAL_MS);
    assert.equal(confirmed(following), false);
    // The number itself stays, and says how old it is.
    const { entry, from } = await following.reading.readPath.read(CURRENT);
    assert.deepEqual([entry.offset, from], [4, "memory"]);
    assert.ok((following.edge.confirmedAgeMs ?? 0) >= 3 * INTERVAL_MS);
    await mend({ server, proxy, publisher });
    await until(() => confirmed(following));
  });
}

Deno.test("EdgeProjection says within two intervals that Redis was killed, and confirms again after", () =>
  cutOff(({ server }) => server.kill(), async ({ server, publisher }) => {
    await server.restart();
    await publisher.begin();
    await publisher.publish([3, 4]);
  }));

Deno.test("EdgeProjection says within two intervals that its connection says nothing any more", () =>
  cutOff(({ proxy }) => proxy.hang(true), ({ proxy }) => proxy.hang(false)));

Deno.test("EdgeProjection says within two intervals that Redis answers too late", () =>
  cutOff(({ proxy }) => proxy.delay(3 * INTERVAL_MS), ({ proxy }) => proxy.delay(0)));

Deno.test("EdgeProjection says within two intervals that it is refused", () =>
  cutOff(({ proxy }) => {
    proxy.refuse(true);
    proxy.reset();
  }, ({ proxy }) => proxy.refuse(false)));

Deno.test("EdgeProjection says within two intervals that Redis was emptied", () =>
  cutOff(async ({ server, publisher }) => {
    await server.client.flushall();
    // The writer's heartbeats are refused until it has begun another branch.
    publisher.beat = () => Promise.resolve();
  }, async ({ server }) => {
    const next = new TestPublisher(server.client, "b");
    await next.begin();
    await next.publish([3, 4]);
    await next.beat(4);
  }));

Deno.test("EdgeProjection says that the writer is ahead of what it shows", async () => {
  await withEdge(async ({ server, following }) => {
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 4]);
    let offset = 4;
    using _ = beating(publisher, () => offset);
    await until(() => confirmed(following));
    offset = 6;
    await until(() => !confirmed(following));
    await publisher.publish([6], 3);
    await until(() => confirmed(following));
  });
});

Deno.test("EdgeProjection knows how long the writer was silent before it started itself", async () => {
  await withEdge(async ({ server, proxy }) => {
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 4]);
    await publisher.beat(4, { confirmedAgeMs: 50 });
    await sleep(3 * INTERVAL_MS);
    await using late = new FollowingEdge(proxy.url);
    await until(() => late.edge.confirmedAgeMs !== null);
    assert.ok(late.edge.confirmedAgeMs! >= 3 * INTERVAL_MS + 50);
  });
});
