import assert from "node:assert/strict";
import { RedisConnection } from "../redis/connection.ts";
import { startRedis } from "../redis/testing.ts";
import { KeyFollower } from "./key_follower.ts";
import { publishKeys } from "./key_publisher.ts";
import { BELIEVED_MS } from "./published_keys.ts";
import { RedisShelf } from "./redis_shelf.ts";
import { testKeys } from "./testing.ts";

const NOW = Date.UTC(2026, 10, 22, 10);

/** A clock whose monotonic time is set. */
class SetClock {
  at = 0;
  now(): number {
    return NOW;
  }
  monotonic(): number {
    return this.at;
  }
}

async function connected(url: string): Promise<RedisConnection> {
  const redis = new RedisConnection({ url });
  assert.ok(await redis.untilReady(5_000));
  return redis;
}

/** Waits until something holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!await holds()) {
    assert.ok(performance.now() < deadline, "in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("KeyFollower knows what publishKeys() writes, for 10 minutes after it was last read", async () => {
  await using server = await startRedis();
  const clock = new SetClock();
  await using keys = await testKeys(clock);
  const redis = await connected(server.url);
  const { id } = keys.make();
  const ending = keys.make({ expiresAt: NOW + 5 });
  const active = () => keys.store.active(NOW);
  const end = publishKeys({ redis, active, mayWrite: () => true });
  const follower = new KeyFollower(redis, clock);
  assert.equal(follower.isKnown, false);
  await until(async () => {
    await follower.read();
    return follower.size === 2;
  });
  assert.deepEqual(follower.find(id, NOW), keys.store.find(id, NOW));
  assert.equal(follower.find(ending.id, NOW + 5), null);
  assert.equal(follower.find("nobody0000", NOW), null);
  const ttl = await server.client.pttl(redis.keys.apiKeys);
  assert.ok(ttl > BELIEVED_MS - 10_000 && ttl <= BELIEVED_MS, `${ttl} ms`);
  end();
  await server.kill();
  await follower.read();
  clock.at = BELIEVED_MS;
  assert.ok(follower.find(id, NOW) !== null, "what it knew last");
  clock.at = BELIEVED_MS + 1;
  assert.deepEqual([follower.find(id, NOW), follower.isKnown], [null, false]);
  await redis.close();
});

Deno.test("publishKeys() writes nothing once another process does", async () => {
  await using server = await startRedis();
  const redis = await connected(server.url);
  await server.client.set(redis.keys.apiKeys, "[]");
  const end = publishKeys({ redis, active: () => [], mayWrite: () => false });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await server.client.pttl(redis.keys.apiKeys), -1, "untouched");
  end();
  await redis.close();
});

Deno.test("KeyFollower stays with what it knows where there is nonsense or nothing", async () => {
  await using server = await startRedis();
  const clock = new SetClock();
  await using keys = await testKeys(clock);
  const redis = await connected(server.url);
  const { id } = keys.make();
  await server.client.set(redis.keys.apiKeys, JSON.stringify(keys.store.active(NOW)));
  const follower = new KeyFollower(redis, clock);
  await follower.read();
  assert.equal(follower.size, 1);
  for (const nonsense of ["{", '[{"id":1}]', '[{"hash":"short"}]']) {
    await server.client.set(redis.keys.apiKeys, nonsense);
    await follower.read();
    assert.ok(follower.find(id, NOW) !== null);
  }
  await server.client.del(redis.keys.apiKeys);
  clock.at = BELIEVED_MS;
  await follower.read();
  assert.ok(follower.find(id, NOW) !== null, "what it knew last");
  clock.at = BELIEVED_MS + 1;
  await follower.read();
  assert.deepEqual([follower.find(id, NOW), follower.isKnown], [null, false]);
  await server.client.set(redis.keys.apiKeys, "[]");
  await follower.read();
  assert.deepEqual([follower.find(id, NOW), follower.isKnown], [null, true]);
  await redis.close();
});

Deno.test("RedisShelf gives a ticket away once, and says where it cannot keep one", async () => {
  await using server = await startRedis();
  const redis = await connected(server.url);
  const shelf = new RedisShelf(redis);
  const bearer = { keyId: "K1", session: { id: "S1", expiresAt: NOW } };
  assert.equal(await shelf.put("h1", bearer, 30_000), true);
  const ttl = await server.client.pttl(redis.keys.ticket("h1"));
  assert.ok(ttl > 0 && ttl <= 30_000, `${ttl} ms`);
  const taken = await Promise.all(Array.from({ length: 10 }, () => shelf.take("h1")));
  assert.deepEqual(taken.filter((each) => each !== null), [bearer]);
  await server.client.set(redis.keys.ticket("h2"), "nonsense");
  assert.equal(await shelf.take("h2"), null);
  await server.kill();
  assert.equal(await shelf.put("h3", bearer, 30_000), false);
  assert.equal(await shelf.take("h3"), null);
  await redis.close();
});
