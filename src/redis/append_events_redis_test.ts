import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { appendEvents } from "./append_events.ts";
import { BranchKeeper } from "./branch.ts";
import { RedisConnection } from "./connection.ts";
import { BranchLostError, LeaseHeldError, OutOfPlaceError } from "./scripts.ts";
import { openTestLog } from "./test_mirrored_log.ts";
import { startRedis } from "./testing.ts";

/** What stands in the way of the batch of positions 6 to 10, and what it is refused with. */
const OBSTACLES: readonly [
  string,
  (client: Redis) => Promise<unknown>,
  abstract new (...args: never[]) => Error,
][] = [
  ["another branch", (client) => client.hset("pnl:log", "branch", "x"), BranchLostError],
  ["no lineage", (client) => client.del("pnl:log"), BranchLostError],
  ["no hash for a lineage", (client) => client.set("pnl:log", "x"), BranchLostError],
  ["a later token", (client) => client.hset("pnl:log", "token", "8"), LeaseHeldError],
  ["another holder", (client) => client.set("pnl:writer", `{"holder":"x"}`), LeaseHeldError],
  ["an earlier position", (client) => client.hset("pnl:log", "position", "4"), OutOfPlaceError],
  ["another root", (client) => client.hset("pnl:log", "root", "00"), OutOfPlaceError],
  ["no stream", (client) => client.del("pnl:events"), OutOfPlaceError],
  ["no stream but a string", (client) => client.set("pnl:events", "x"), OutOfPlaceError],
  ["a stream that ends before", (client) => client.xdel("pnl:events", "5-0"), OutOfPlaceError],
  [
    "a stream that ends later",
    (client) => client.xadd("pnl:events", "8-0", "event", "{}"),
    OutOfPlaceError,
  ],
  ["a stream that had ended later", async (client) => {
    await client.xadd("pnl:events", "8-0", "event", "{}");
    await client.xdel("pnl:events", "8-0");
  }, OutOfPlaceError],
];

/** Everything that Redis holds. */
async function contents(client: Redis): Promise<unknown[]> {
  const keys = (await client.keys("*")).sort();
  return await Promise.all(keys.map(async (key) => [key, await client.dumpBuffer(key)]));
}

for (const [name, obstruct, expected] of OBSTACLES) {
  Deno.test(`appendEvents() writes nothing where it finds ${name}`, async () => {
    await using server = await startRedis();
    using test = await openTestLog(9);
    const { log } = test;
    const redis = new RedisConnection({ url: server.url });
    try {
      await redis.untilReady(2_000);
      const identity = {
        holder: "a",
        token: 7,
        predecessor: null,
        logId: log.id,
        address: () => "",
      };
      const branch = await new BranchKeeper({ redis, log, identity, retention: 100 }).establish();
      const append = (after: number, isFirst: boolean) =>
        appendEvents({ redis, identity, branch }, {
          after,
          rootBefore: log.rootAt(after),
          isFirst,
          lines: log.read({ after, limit: 5 }),
          root: log.rootAt(after + 5),
          retention: 100,
        });
      await append(0, true);
      await obstruct(server.client);
      const before = await contents(server.client);
      await assert.rejects(append(5, false), expected);
      assert.deepEqual(await contents(server.client), before);
      await assert.rejects(append(0, true));
      assert.deepEqual(await contents(server.client), before);
    } finally {
      await redis.close();
    }
  });
}

Deno.test("appendEvents() refuses lines that are not in turn", async () => {
  using test = await openTestLog(9);
  const redis = new RedisConnection({ url: "redis://127.0.0.1:1" });
  const identity = { holder: "a", token: 7, predecessor: null, logId: "x", address: () => "" };
  const lines = test.log.read({ after: 1, limit: 3 });
  const batch = { after: 0, rootBefore: "", isFirst: true, lines, root: "", retention: 1 };
  await assert.rejects(appendEvents({ redis, identity, branch: "b" }, batch), RangeError);
  await redis.close();
});
