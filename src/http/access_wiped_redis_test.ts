import assert from "node:assert/strict";
import { Access } from "../access/access.ts";
import { EndedHere } from "../access/ended_sessions.ts";
import { KeyFollower } from "../access/key_follower.ts";
import { BELIEVED_MS, writeKeys } from "../access/published_keys.ts";
import { testKeys } from "../access/testing.ts";
import { RedisConnection } from "../redis/connection.ts";
import { startRedis } from "../redis/testing.ts";
import { startTestServer, TestClock } from "./test_server.ts";
import { soon, SseClient, WebSocketClient } from "./test_streams.ts";

/** Longer than it takes an end to be seen: streams are asked each second. */
const SEEN_MS = 3_000;

Deno.test("streams of an edge stay when Redis is wiped, however long, and end when their key is revoked", async () => {
  await using redisServer = await startRedis();
  const redis = new RedisConnection({ url: redisServer.url });
  assert.ok(await redis.untilReady(5_000));
  const clock = new TestClock();
  let at = 0;
  await using keys = await testKeys(clock);
  const { text } = keys.make();
  const follower = new KeyFollower(redis, { now: () => clock.now(), monotonic: () => at });
  const publish = async (active: Parameters<typeof writeKeys>[0]) => {
    await redisServer.client.set(redis.keys.apiKeys, writeKeys(active));
    await follower.read();
  };
  await publish(keys.store.active(clock.now()));
  const access = new Access({ required: true, keys: follower, ended: new EndedHere(), clock });
  await using server = await startTestServer({ access });
  await server.collect("1");
  const headers = { authorization: `Bearer ${text}` };
  const asked = await server.get("/api/tickets", { method: "POST", headers });
  const { ticket } = await asked.json();
  const socket = new WebSocketClient(`${server.origin}/ws?ticket=${ticket}`, ["pnl.v1"]);
  const events = new SseClient(await server.get("/api/pnl/stream", { headers }));
  await socket.next();
  await events.nextData();
  await redisServer.client.flushall();
  for (const later of [0, BELIEVED_MS + 1]) {
    at = later;
    await follower.read();
    await new Promise((resolve) => setTimeout(resolve, SEEN_MS));
    const { websocket, sse } = server.hub.stats().connections;
    assert.deepEqual([websocket, sse, socket.socket.readyState], [1, 1, WebSocket.OPEN]);
  }
  await publish([]);
  assert.equal((await soon(socket.closed, "close", 10_000)).code, 4401);
  while (await events.next() !== null);
  await redis.close();
});
