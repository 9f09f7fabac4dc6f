import assert from "node:assert/strict";
import { BranchKeeper } from "./branch.ts";
import { BEGIN, FORSAKE } from "./branch_scripts.ts";
import { RedisConnection } from "./connection.ts";
import { ForeignLogError } from "./foreign_log.ts";
import type { WriterIdentity } from "./identity.ts";
import { LeaseHeldError, RedisFailedError } from "./scripts.ts";
import { eventually } from "./test_mirror.ts";
import { openTestLog } from "./test_mirrored_log.ts";
import { startRedis, type TestRedis } from "./testing.ts";

/** A keeper of a branch, and what the test needs of the rest. */
interface Scene {
  readonly server: TestRedis;
  readonly redis: RedisConnection;
  /** Another keeper, of another run where its holder is said. */
  keeper(identity?: Partial<WriterIdentity>): BranchKeeper;
}

async function withKeepers(work: (scene: Scene) => Promise<void>): Promise<void> {
  await using server = await startRedis();
  using test = await openTestLog(10);
  const redis = new RedisConnection({ url: server.url });
  try {
    await redis.untilReady(2_000);
    const keeper = (identity: Partial<WriterIdentity> = {}) =>
      new BranchKeeper({
        redis,
        log: test.log,
        identity: {
          holder: "a",
          token: 1,
          predecessor: null,
          logId: test.log.id,
          address: () => "http://127.0.0.1:3000",
          ...identity,
        },
        retention: 100,
      });
    await work({ server, redis, keeper });
  } finally {
    await redis.close();
  }
}

Deno.test("BranchKeeper begins one branch, however many ask for it at once", async () => {
  await withKeepers(async ({ server, keeper }) => {
    const [first, second] = [keeper(), keeper()];
    const asked = [first, second, first, second].map((one) => one.establish());
    const branches = new Set(await Promise.all(asked));
    assert.equal(branches.size, 1);
    assert.equal(first.branch, await server.client.hget("pnl:log", "branch"));
    assert.deepEqual([first.place?.from, first.place?.position], [0, 0]);
  });
});

Deno.test("BranchKeeper has no branch before it is verified and after it is lost, and tells of it", async () => {
  await withKeepers(async ({ keeper }) => {
    const one = keeper();
    const told: (string | null)[] = [];
    const end = one.onChange(() => told.push(one.branch));
    assert.equal(one.branch, null);
    one.lose("nothing there yet");
    const branch = await one.establish();
    await one.establish();
    one.lose("it was seen gone");
    assert.equal(one.branch, null);
    assert.equal(await one.establish(), branch);
    end();
    one.lose("nobody listens");
    assert.deepEqual(told, [branch, null, branch]);
  });
});

Deno.test("BranchKeeper begins nothing, and goes on with nothing, where it may not write", async () => {
  await withKeepers(async ({ server, redis, keeper }) => {
    const lease = JSON.stringify({
      holder: "b",
      token: 1,
      logId: "x",
      address: "http://10.0.0.9:3000",
      since: "2026-11-22T10:00:00.000Z",
    });
    await server.client.set("pnl:writer", lease);
    const one = keeper();
    await assert.rejects(one.establish(), (error) => {
      assert.ok(error instanceof LeaseHeldError);
      assert.equal(error.lease?.address, "http://10.0.0.9:3000");
      assert.match(error.message, /http:\/\/10\.0\.0\.9:3000 has written there since/);
      return true;
    });
    assert.deepEqual(await server.client.keys("*"), ["pnl:writer"]);
    await server.client.del("pnl:writer");
    const branch = await one.establish();
    assert.equal(await keeper({ holder: "c", token: 2 }).establish(), branch);
    await assert.rejects(keeper().establish(), LeaseHeldError);
    await server.client.del("pnl:log");
    await server.client.hset("pnl:log", { logId: "another", token: 5, branch: "x" });
    await one.establish();
    await redis.close();
    await assert.rejects(one.establish(), RedisFailedError);
  });
});

Deno.test("BranchKeeper begins no branch where a later start of the same log has one", async () => {
  await withKeepers(async ({ server, keeper }) => {
    await keeper({ token: 2 }).establish();
    await server.client.hset("pnl:log", "root", "00");
    await assert.rejects(keeper().establish(), /a later start/);
    assert.equal(await server.client.hget("pnl:log", "token"), "2");
    await keeper({ token: 2 }).establish();
  });
});

/** Another log's lineage and stream. */
async function putForeign({ client }: TestRedis): Promise<void> {
  await client.del("pnl:log", "pnl:events");
  const lineage = { position: 1, root: "00", branch: "its-branch", token: 1, from: 0 };
  await client.hset("pnl:log", { logId: "its-log", ...lineage });
  await client.xadd("pnl:events", "1-0", "event", "{}");
}

Deno.test("BranchKeeper leaves another log's Redis as it is, until it has had a branch there", async () => {
  await withKeepers(async ({ server, keeper }) => {
    const { client } = server;
    await putForeign(server);
    const one = keeper();
    await assert.rejects(one.establish(), (error) => {
      assert.ok(error instanceof ForeignLogError);
      assert.match(error.message, /its-log.*REDIS_PREFIX.*remove pnl:log/);
      return true;
    });
    // Of a lineage that is half gone the log can be read all the same.
    await client.hdel("pnl:log", "branch", "root");
    await assert.rejects(one.establish(), ForeignLogError);
    assert.deepEqual((await client.keys("*")).sort(), ["pnl:events", "pnl:log"]);
    assert.equal(await client.hget("pnl:log", "logId"), "its-log");
    assert.ok(one.branch === null && one.begun === 0);
    await client.del("pnl:log");
    const branch = await one.establish();
    await putForeign(server);
    assert.equal(await one.establish(), branch);
    assert.equal(await client.exists("pnl:events:set-aside"), 1);
  });
});

Deno.test("BranchKeeper begins anew where what stands in place of the lineage names no log", async () => {
  await withKeepers(async ({ server, keeper }) => {
    const { client } = server;
    const rubbish = [
      () => client.set("pnl:log", "x"),
      () => client.hset("pnl:log", "branch", "x", "position", "many"),
      () => client.hset("pnl:log", "logId", "", "branch", "x"),
    ];
    for (const put of rubbish) {
      await client.del("pnl:log");
      await put();
      const one = keeper();
      assert.equal(await one.establish(), await client.hget("pnl:log", "branch"));
      assert.equal(one.begun, 1);
    }
  });
});

Deno.test("BEGIN changes nothing where the log is another by now than was found", async () => {
  await withKeepers(async ({ server, redis }) => {
    await putForeign(server);
    const names = [
      "writer",
      "log",
      "events",
      "events:set-aside",
      "snapshots",
      "current",
      "breakdown",
    ];
    const found = (logId: string) => [...["its-branch", 1], ...["a-log", 0, "00", 60], logId];
    const begin = (logId: string) =>
      BEGIN.run(redis.commands, names.map((name) => `pnl:${name}`), ["a", "b", 1, ...found(logId)]);
    assert.deepEqual(await begin("a-log"), ["branch", "its-branch"]);
    assert.equal(await server.client.hget("pnl:log", "logId"), "its-log");
    assert.equal(await server.client.exists("pnl:events"), 1);
    assert.deepEqual(await begin("its-log"), ["ok", 1]);
  });
});

Deno.test("BranchKeeper takes another name after it forsook a branch, also where that comes late", async () => {
  await withKeepers(async ({ server, keeper }) => {
    const one = keeper();
    const branch = await one.establish();
    await server.client.script("LOAD", FORSAKE.lua);
    await server.client.call("CLIENT", "PAUSE", "2000", "WRITE");
    await assert.rejects(one.forsake(branch, "a test says so"), RedisFailedError);
    assert.equal(one.branch, null);
    await server.client.call("CLIENT", "UNPAUSE");
    await eventually(async () => await server.client.hexists("pnl:log", "branch") === 0);
    // As if it had been looked at before that.
    await server.client.hset("pnl:log", "branch", branch);
    assert.equal(await one.establish(), branch);
    await server.client.hdel("pnl:log", "branch");
    const other = await one.establish();
    assert.notEqual(other, branch);
    await server.client.del("pnl:log");
    assert.equal(await one.establish(), other, "what breaks in Redis breaks no past");
  });
});
