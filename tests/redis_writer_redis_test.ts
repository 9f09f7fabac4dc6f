import assert from "node:assert/strict";
import { fill } from "../src/projection/testing.ts";
import { redisKeys } from "../src/redis/keys.ts";
import { parseHeartbeat, parseModel } from "../src/redis/records.ts";
import { LeaseHeldError } from "../src/redis/scripts.ts";
import { assertMirrors, eventually } from "../src/redis/test_mirror.ts";
import { streamSnapshots, TestConnection } from "../src/redis/test_writer.ts";
import { Bed, INTERVAL_MS, LEASE_TTL_MS, newWriter } from "./redis_writer_bed.ts";

const KEYS = redisKeys();

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
      assert.ok(age <= 10 * INTERVAL_MS, `${age} ms`);
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

Deno.test("RedisWriter keeps its lease as long as it works", async () => {
  await Bed.run(async (bed) => {
    const until = performance.now() + 2 * LEASE_TTL_MS;
    while (performance.now() < until) {
      assert.ok(await bed.server.client.pttl(KEYS.writer) > 0);
      assert.equal(bed.writer.status().lease, "held");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
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
    assert.ok(performance.now() - started < 10 * INTERVAL_MS);
    await bed.assertPublished();
    assert.equal(bed.writer.branch, branch, "edges would have to begin anew");
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
    assert.ok(performance.now() - started < LEASE_TTL_MS / 3 + 500);
    assert.ok(bed.writer.lost.reason instanceof LeaseHeldError);
    assert.match(bed.writer.lost.reason.message, /elsewhere/);
    assert.equal(bed.writer.branch, null, "what the other writes would be believed");
    const keys = [KEYS.current, KEYS.heartbeat];
    const before = await bed.server.client.mget(keys);
    const mirrored = await bed.server.client.xlen(KEYS.events);
    await bed.append(3);
    // Longer than any of its parts would rest after a failure.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual(await bed.server.client.mget(keys), before);
    assert.equal(bed.writer.status().lease, "lost");
    await bed.server.client.del(KEYS.writer);
    await bed.append(3);
    // Longer than any of its parts would rest after a failure.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual(await bed.server.client.mget(keys), before);
    assert.equal(await bed.server.client.xlen(KEYS.events), mirrored);
    await bed.server.client.set(KEYS.writer, other);
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
    bed.log.append(Array.from({ length: 3_000 }, (_, at) => fill(1_000 + at, bed.clock)));
    await bed.writer.stop();
    const text = await bed.server.client.get(KEYS.current);
    const { offset } = parseModel(KEYS.current, text ?? "");
    assert.equal(offset, 2 * bed.log.head().position);
    await assertMirrors(bed.server.client, bed.log);
  });
});
