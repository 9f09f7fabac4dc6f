import assert from "node:assert/strict";
import { systemClock } from "../log/system_clock.ts";
import type { Clock } from "../pnl/clock.ts";
import { HeartbeatWriter } from "./heartbeat.ts";
import { redisKeys } from "./keys.ts";
import { HEARTBEAT_TTL_MS, parseHeartbeat } from "./records.ts";
import { RedisFailedError } from "./scripts.ts";
import { eventually } from "./test_mirror.ts";
import { TestConnection, writerIdentity } from "./test_writer.ts";
import { startRedis, type TestRedis } from "./testing.ts";

const KEYS = redisKeys();
const BRANCH = "0b";
const HOUR_MS = 3_600_000;
/** How long Redis hangs, milliseconds. */
const HANG_MS = 1_500;
/** What a busy machine may need between two steps, milliseconds. */
const SLACK_MS = 1_000;

/** A clock whose monotonic time is stepped back: what Redis's does when it is put forward is the same to us. */
class ShiftedClock implements Clock {
  shiftMs = 0;

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return systemClock.monotonic() + this.shiftMs;
  }
}

/** A server in which the branch has begun, and a writer of heartbeats that are told by their offset. */
async function withHeartbeats(
  work: (tools: {
    readonly server: TestRedis;
    readonly redis: TestConnection;
    readonly clock: ShiftedClock;
    readonly beat: (offset: number) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await using server = await startRedis();
  await using redis = new TestConnection(server, 300);
  assert.ok(await redis.untilReady(5_000));
  await server.client.hset(KEYS.log, { logId: "a-log", branch: BRANCH, token: 1 });
  const clock = new ShiftedClock();
  const writer = new HeartbeatWriter({ redis, identity: writerIdentity(), branch: BRANCH }, clock);
  const beat = (offset: number) =>
    writer.write(() => ({
      at: new Date(clock.now()).toISOString(),
      epoch: "0123456789abcdef",
      offset,
      windowMs: 5_000,
      intervalMs: 1_000,
      mode: "sandbox",
      version: "1",
      address: "http://127.0.0.1:3000",
      confirmedAgeMs: 0,
      sources: [],
    }));
  await work({ server, redis, clock, beat });
}

async function offset({ client }: TestRedis): Promise<number> {
  return parseHeartbeat(KEYS.heartbeat, await client.get(KEYS.heartbeat) ?? "").offset;
}

/** As a reader finds it: by the key's remaining time. */
async function age({ client }: TestRedis): Promise<number> {
  return HEARTBEAT_TTL_MS - await client.pttl(KEYS.heartbeat);
}

async function assertAge(server: TestRedis, least: number): Promise<void> {
  const ms = await age(server);
  assert.ok(ms >= least && ms <= least + SLACK_MS, `${ms} ms, and at least ${least}`);
}

/** Hangs Redis while `work` runs. */
async function whileHanging({ client }: TestRedis, work: () => Promise<void>): Promise<void> {
  const asleep = client.call("DEBUG", "SLEEP", String(HANG_MS / 1_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await work();
  await asleep;
}

Deno.test("HeartbeatWriter's heartbeat that waited in a Redis that hung is as old as it really is", async () => {
  await withHeartbeats(async ({ server, redis, beat }) => {
    await beat(2);
    await assertAge(server, 0);
    let sentAt = 0;
    await whileHanging(server, async () => {
      sentAt = performance.now();
      await assert.rejects(beat(4), RedisFailedError);
      // The writer is dead when Redis wakes.
      await redis.close();
    });
    await eventually(async () => await offset(server) === 4);
    const least = performance.now() - sentAt - 50;
    assert.ok(least > HANG_MS / 2);
    await assertAge(server, Math.floor(least));
  });
});

Deno.test("HeartbeatWriter's heartbeat is as old as it is where its first question hung", async () => {
  await withHeartbeats(async ({ server, beat }) => {
    await whileHanging(server, () => assert.rejects(beat(2), RedisFailedError));
    await beat(4);
    await assertAge(server, 0);
  });
});

Deno.test("HeartbeatWriter's heartbeats are right again with the next one after Redis's clock was put forward or back", async () => {
  await withHeartbeats(async ({ server, clock, beat }) => {
    await beat(2);
    clock.shiftMs -= HOUR_MS;
    await beat(4);
    await assertAge(server, HOUR_MS);
    await beat(6);
    await assertAge(server, 0);
    clock.shiftMs += 2 * HOUR_MS;
    await beat(8);
    await assertAge(server, 0);
    await whileHanging(server, () => assert.rejects(beat(10), RedisFailedError));
    await eventually(async () => await offset(server) === 10);
    await assertAge(server, HANG_MS - 200);
  });
});

Deno.test("HeartbeatWriter's heartbeat from more than its life ago is gone, and the next one is there", async () => {
  await withHeartbeats(async ({ server, clock, beat }) => {
    await beat(2);
    clock.shiftMs -= 2 * HEARTBEAT_TTL_MS;
    await beat(4);
    await eventually(async () => await server.client.exists(KEYS.heartbeat) === 0);
    await beat(6);
    await assertAge(server, 0);
  });
});
