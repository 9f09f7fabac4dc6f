import assert from "node:assert/strict";
import { RedisConnection } from "../redis/connection.ts";
import { startRedis } from "../redis/testing.ts";
import { RedisShelf } from "./redis_shelf.ts";

const PAUSE_MS = 900;

Deno.test("RedisShelf has no ticket that it said it could not put, though Redis took it late", async () => {
  await using server = await startRedis();
  const slow = new RedisConnection({ url: server.url, commandTimeoutMs: 200 });
  const other = new RedisConnection({ url: server.url });
  try {
    assert.ok(await slow.untilReady(5_000) && await other.untilReady(5_000));
    const shelf = new RedisShelf(slow);
    const bearer = { keyId: "k", session: null };
    assert.equal(await shelf.put("a", bearer, 30_000), true);
    assert.deepEqual(await new RedisShelf(other).take("a"), bearer);
    await other.commands.client("PAUSE", PAUSE_MS, "WRITE");
    assert.equal(await shelf.put("b", bearer, 30_000), false);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    assert.equal(await new RedisShelf(other).take("b"), null);
  } finally {
    await Promise.all([slow.close(), other.close()]);
  }
});
