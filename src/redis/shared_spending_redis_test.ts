import assert from "node:assert/strict";
import { RedisConnection } from "./connection.ts";
import { settle } from "./shared_spending.ts";
import { startRedis } from "./testing.ts";

const NAME = "203.0.113.7";
const KEY = `pnl:spent:address:${NAME}`;
/** Hardly anything comes back while a test runs. */
const SLOW = { by: "address", name: NAME, perMs: 1, most: 10_000_000 };

Deno.test("settle() adds up what is told, and remembers no more than the most", async () => {
  await using redis = await startRedis();
  const connection = new RedisConnection({ url: redis.url });
  try {
    assert.ok(await connection.untilReady(5_000));
    assert.deepEqual(await settle(connection, [{ ...SLOW, units: 1_000_000 }]), [1_000_000]);
    const [both = 0] = await settle(connection, [{ ...SLOW, units: 1_000_000 }]);
    assert.ok(both > 1_900_000 && both <= 2_000_000, `${both}`);
    assert.deepEqual(await settle(connection, [{ ...SLOW, units: 90_000_000 }]), [10_000_000]);
  } finally {
    await connection.close();
  }
});

Deno.test("settle() takes a clock of Redis that went back for one that stands: nothing is spent by it", async () => {
  await using redis = await startRedis();
  const connection = new RedisConnection({ url: redis.url });
  try {
    assert.ok(await connection.untilReady(5_000));
    // As a Redis wrote it whose clock was an hour ahead.
    await redis.client.set(KEY, `1000000 ${Date.now() + 3_600_000}`);
    assert.deepEqual(await settle(connection, [{ ...SLOW, units: 1_000 }]), [1_001_000]);
    const [later = 0] = await settle(connection, [{ ...SLOW, units: 0 }]);
    assert.ok(later <= 1_001_000 && later > 900_000, `${later}: from then on time counts again`);
  } finally {
    await connection.close();
  }
});
