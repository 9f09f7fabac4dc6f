import assert from "node:assert/strict";
import { EPOCH, TestPublisher } from "../redis/test_publisher.ts";
import { BREAKDOWN, CURRENT } from "./read_model.ts";
import { isConfirmed } from "./served.ts";
import { FollowingEdge, INTERVAL_MS, withEdge } from "./test_following_edge.ts";
import { until } from "./testing.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What clients would be told. */
const confirmed = ({ edge }: FollowingEdge) => isConfirmed(edge.confirmedAgeMs, edge.intervalMs);

Deno.test("EdgeProjection waits for the writer's first snapshot, and follows from there", async () => {
  await withEdge(async ({ server, following }) => {
    const { edge } = following;
    await sleep(2 * INTERVAL_MS);
    assert.deepEqual(edge.state, {
      status: "rebuilding",
      reason: "waiting for the writer's first snapshot",
    });
    assert.deepEqual([edge.current(), edge.confirmedAgeMs, edge.epoch], [
      null,
      null,
      "0".repeat(16),
    ]);
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([2, 4, 5, 8]);
    await until(() => edge.current()?.offset === 8);
    assert.deepEqual(edge.state, { status: "running" });
    assert.equal(edge.epoch, EPOCH);
    assert.equal(edge.current()?.json, publisher.json(8));
    assert.equal(edge.position, 4);
    assert.deepEqual(edge.finalsAfter(0, 10).map(({ offset }) => offset), [5]);
    assert.equal(edge.completeAfter, 0);
  });
});

Deno.test("EdgeProjection begins with the current snapshot and the finals that the stream holds", async () => {
  await withEdge(async ({ server, proxy }) => {
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    const finals = Array.from({ length: 1_200 }, (_, index) => 2 * index + 3);
    await publisher.publish([...finals, 2_406]);
    await publisher.beat(2_406);
    const started = performance.now();
    await using late = new FollowingEdge(proxy.url);
    await until(() => late.edge.current()?.offset === 2_406);
    const tookMs = performance.now() - started;
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
    assert.deepEqual(late.offsets, [2_406]);
    assert.equal(late.edge.completeAfter, 401);
    assert.deepEqual(
      late.edge.finalsAfter(401, 5_000).map(({ offset }) => offset),
      finals.filter((offset) => offset > 401),
    );
    await until(() => confirmed(late));
  });
});

Deno.test("EdgeProjection shows what stands under current where the stream was cut down by hand", async () => {
  await withEdge(async ({ server, proxy }) => {
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 4]);
    await publisher.beat(4);
    await server.client.xtrim(publisher.keys.snapshots, "MAXLEN", 0);
    await using late = new FollowingEdge(proxy.url);
    await until(() => late.edge.current()?.offset === 4);
    assert.equal(late.edge.completeAfter, 4);
    await publisher.publish([5], 3);
    await until(() => late.edge.current()?.offset === 5);
    assert.equal(late.restarts, 1);
  });
});

Deno.test("EdgeProjection lets nobody go on over finals that were cut off the stream's end", async () => {
  await withEdge(async ({ server, proxy }) => {
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 5, 8]);
    await publisher.beat(8);
    await server.client.xdel(publisher.keys.snapshots, "2-1", "4-0");
    await using late = new FollowingEdge(proxy.url);
    await until(() => late.edge.current()?.offset === 8);
    assert.equal(late.edge.completeAfter, 8);
    await publisher.publish([9, 10], 5);
    await until(() => late.edge.current()?.offset === 10);
    assert.equal(late.restarts, 1);
    assert.deepEqual(late.offsets, [8, 9, 10]);
  });
});

Deno.test("EdgeProjection starts over with another branch, and nothing of the old one comes after", async () => {
  await withEdge(async ({ server, following }) => {
    const { edge } = following;
    const old = new TestPublisher(server.client, "a");
    await old.begin();
    await old.publish([3, 5, 100]);
    await until(() => edge.current()?.offset === 100);
    const { readPath } = following.reading;
    const shown = async (key: string) => (await readPath.read(key)).entry.json;
    assert.equal(await shown(BREAKDOWN), old.json(100));
    const next = new TestPublisher(server.client, "b");
    await next.begin();
    await next.publish([3, 6]);
    await until(() => edge.branch === "b" && edge.current()?.offset === 6);
    assert.deepEqual([await shown(CURRENT), await shown(BREAKDOWN)], [next.json(6), next.json(6)]);
    // Late entries of the old branch, as no writer of this service leaves them.
    await old.publish([8, 101, 200]);
    await next.add(203, 3);
    await until(() => edge.current()?.offset === 203);
    assert.ok(following.frames.every(({ json }) => json.includes('"branch":"b"')));
    assert.equal(following.restarts, 2);
    assert.equal(edge.completeAfter, 101, "positions of the old branch could be resumed");
    assert.equal(await shown(CURRENT), next.json(203));
  });
});

Deno.test("EdgeProjection starts over with another epoch, though its offsets are lower", async () => {
  await withEdge(async ({ server, following }) => {
    const { edge } = following;
    const old = new TestPublisher(server.client, "a");
    await old.begin();
    await old.publish([3, 100]);
    await until(() => edge.current()?.offset === 100);
    const next = new TestPublisher(server.client, "a", "fedcba9876543210");
    await server.client.del(old.keys.snapshots);
    await next.publish([3, 100]);
    await until(() => edge.epoch === next.epoch && edge.current()?.offset === 100);
    assert.equal(edge.completeAfter, 0);
    assert.equal(following.restarts, 2);
  });
});

Deno.test("EdgeProjection goes on after the stream was deleted or written again, and tells nothing twice", async () => {
  await withEdge(async ({ server, following }) => {
    const { edge } = following;
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 5, 8]);
    await until(() => edge.current()?.offset === 8);
    await server.client.del(publisher.keys.snapshots);
    await publisher.publish([3, 5, 8, 9, 12]);
    await until(() => edge.current()?.offset === 12);
    assert.deepEqual(following.offsets, [8, 9, 12]);
    assert.deepEqual(edge.finalsAfter(0, 10).map(({ offset }) => offset), [3, 5, 9]);
    assert.equal(following.restarts, 1);
  });
});

Deno.test("EdgeProjection says that it missed finals before it shows what came after them", async () => {
  await withEdge(async ({ server, proxy, following }) => {
    const { edge } = following;
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 5, 8]);
    await until(() => edge.current()?.offset === 8);
    proxy.refuse(true);
    proxy.reset();
    await publisher.publish([9, 11, 13, 15, 18], 5);
    await server.client.xdel(publisher.keys.snapshots, "4-1", "5-1");
    proxy.refuse(false);
    await until(() => edge.current()?.offset === 18);
    assert.equal(following.restarts, 2);
    assert.deepEqual(following.offsets, [13, 15, 18]);
    assert.equal(edge.completeAfter, 11);
  });
});

Deno.test("EdgeProjection passes over entries that are no snapshots of its line, without a rush", async () => {
  await withEdge(async ({ server, following }) => {
    const { edge } = following;
    const publisher = new TestPublisher(server.client, "a");
    await publisher.begin();
    await publisher.publish([3, 4]);
    await until(() => edge.current()?.offset === 4);
    await server.client.xadd(publisher.keys.snapshots, "50-7", "hello", "world");
    await new TestPublisher(server.client, "x").add(120);
    const asked = async () =>
      Number(/cmdstat_xread:calls=(\d+)/.exec(await server.client.info("commandstats"))?.[1]);
    const before = await asked();
    await sleep(1_000);
    const rate = await asked() - before;
    assert.ok(rate < 60, `${rate} questions a second`);
    assert.equal(edge.current()?.offset, 4);
    await server.client.del(publisher.keys.snapshots);
    await publisher.publish([3, 4, 6]);
    await until(() => edge.current()?.offset === 6);
    assert.equal(following.restarts, 1);
  });
});

Deno.test("EdgeProjection bears keys of any type, and what nobody can read", async () => {
  await withEdge(async ({ server, following }) => {
    const { client } = server;
    const publisher = new TestPublisher(client, "a");
    const { snapshots, current, heartbeat, log } = publisher.keys;
    await client.set(log, "text");
    await client.set(snapshots, "text");
    await client.hset(heartbeat, "a", "b");
    await sleep(INTERVAL_MS);
    await client.del(log, snapshots, heartbeat);
    await publisher.begin();
    await client.set(current, "{}");
    await client.set(heartbeat, '{"at":"yesterday"}');
    await publisher.publish([3]);
    await until(() => following.edge.current()?.offset === 3);
    assert.equal(following.edge.confirmedAgeMs, null);
    await publisher.beat(3);
    await until(() => confirmed(following));
  });
});
