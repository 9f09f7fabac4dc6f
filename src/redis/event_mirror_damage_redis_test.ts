import assert from "node:assert/strict";
import type { Redis } from "ioredis";
import { textOf, withLogs } from "../log/test_logs.ts";
import { assertMirrors, eventually, streamLines } from "./test_mirror.ts";
import { openTestLog, startMirror, withMirror } from "./test_mirrored_log.ts";
import { startRedis } from "./testing.ts";

const ASIDE = "pnl:events:set-aside";
/** A replica is served at once. */
const PRIMARY = ["--repl-diskless-sync-delay", "0"];

/** What somebody may do to Redis. The stream has 40 events, of which all are to be retained. */
const DAMAGE: Readonly<Record<string, (client: Redis) => Promise<unknown>>> = {
  "XTRIM below what is retained": (client) => client.xtrim("pnl:events", "MAXLEN", 3),
  "XDEL in the middle": (client) => client.xdel("pnl:events", "17-0"),
  "XDEL of the first": (client) => client.xdel("pnl:events", "1-0"),
  "XDEL of the last": (client) => client.xdel("pnl:events", "40-0"),
  "XDEL of all": async (client) => {
    for (const { position } of await streamLines(client, "pnl:events")) {
      await client.xdel("pnl:events", `${position}-0`);
    }
  },
  "DEL of the stream": (client) => client.del("pnl:events"),
  "a string in place of the stream": (client) => client.set("pnl:events", "x"),
  "a hash in place of the stream": async (client) => {
    await client.del("pnl:events");
    await client.hset("pnl:events", "event", "x");
  },
  "a foreign event after the last": (client) => client.xadd("pnl:events", "41-0", "event", "{}"),
  "a foreign event far away": (client) => client.xadd("pnl:events", "*", "event", "{}"),
  "a foreign event beside the last": (client) => client.xadd("pnl:events", "40-1", "event", "{}"),
  "a foreign event that is gone": async (client) => {
    const id = await client.xadd("pnl:events", "*", "event", "{}");
    await client.xdel("pnl:events", String(id));
  },
  "another line in the place of the last": async (client) => {
    await client.xdel("pnl:events", "40-0");
    await client.call("XSETID", "pnl:events", "39-0");
    await client.xadd("pnl:events", "40-0", "event", "{}");
  },
  "DEL of the lineage": (client) => client.del("pnl:log"),
  "a string in place of the lineage": (client) => client.set("pnl:log", "x"),
  "a lineage without a root": (client) => client.hdel("pnl:log", "root"),
  "a lineage with another root": (client) => client.hset("pnl:log", "root", "00"),
  "a lineage that says more than is there": (client) => client.hset("pnl:log", "position", "41"),
  "a lineage that says no number": (client) => client.hset("pnl:log", "position", "many"),
  "a string in place of the snapshots": (client) => client.set("pnl:snapshots", "x"),
};

/** What the next look at the stream is needed for: an append sees only the end. */
const UNSEEN_BY_APPEND = new Set([
  "XTRIM below what is retained",
  "XDEL in the middle",
  "XDEL of the first",
  "another line in the place of the last",
  "a string in place of the snapshots",
]);

/** Damages a mirror of 40 events, and asserts that it is begun anew, under the same name. */
async function assertHeals(
  damage: (client: Redis) => Promise<unknown>,
  options: { readonly checkMs?: number },
  then: (append: (count: number) => void) => void,
): Promise<void> {
  // The log puts the start of the day before the first fill.
  await withMirror({ events: 39, ...options }, async ({ holds, append, server, branches }) => {
    await holds();
    const { branch, begun } = branches;
    await damage(server.client);
    const kind = await server.client.type("pnl:events");
    then(append);
    await eventually(() => branches.begun > begun);
    await holds();
    append(5);
    await holds();
    assert.equal(branches.branch, branch, "followers would have to begin anew");
    const ttl = await server.client.ttl(ASIDE);
    if (kind === "none") assert.equal(ttl, -2);
    else assert.ok(ttl > 86_000 && ttl <= 86_400, `what was set aside lives ${ttl} s`);
  });
}

for (const [name, damage] of Object.entries(DAMAGE)) {
  Deno.test(`EventMirror heals ${name} at its next look`, async () => {
    await assertHeals(damage, { checkMs: 150 }, () => {});
  });
  if (UNSEEN_BY_APPEND.has(name)) continue;
  Deno.test(`EventMirror heals ${name} at the next append`, async () => {
    await assertHeals(damage, {}, (append) => append(1));
  });
}

Deno.test("EventMirror heals a hole in a stream that is longer than it has to be", async () => {
  const args = ["--stream-node-max-bytes", "0"];
  const options = { events: 60, retention: 20, checkMs: 150, args };
  await withMirror(options, async ({ holds, append, server, branches }) => {
    await holds();
    append(20);
    await holds();
    const { begun } = branches;
    assert.ok(await server.client.xlen("pnl:events") > 30);
    await server.client.xdel("pnl:events", "75-0");
    await eventually(() => branches.begun > begun);
    await holds();
  });
});

Deno.test("EventMirror begins anew without the snapshots that were there", async () => {
  await withMirror({ checkMs: 100 }, async ({ holds, server, branches }) => {
    await holds();
    const { begun } = branches;
    const { client } = server;
    await client.xadd("pnl:snapshots", "1-0", "snapshot", "{}");
    await client.set("pnl:snapshot:current", "{}");
    await client.set("pnl:snapshot:breakdown", "{}");
    await client.set("pnl:heartbeat", "{}");
    await client.del("pnl:events");
    await eventually(() => branches.begun > begun);
    await holds();
    assert.deepEqual((await client.keys("*")).sort(), ["pnl:events", "pnl:heartbeat", "pnl:log"]);
  });
});

Deno.test("EventMirror sets the stream of another log aside, loudly, where Redis is replaced as it runs", async () => {
  await withLogs(async (records) => {
    await using server = await startRedis();
    using other = await openTestLog(50);
    {
      await using _ = startMirror(server.url, other.log);
      await assertMirrors(server.client, other.log);
    }
    const before = await streamLines(server.client, "pnl:events");
    await withMirror({ events: 30 }, async ({ holds, proxy, log }) => {
      await holds();
      proxy.retarget(server.port);
      await assertMirrors(server.client, log);
    });
    assert.deepEqual(await streamLines(server.client, ASIDE), before);
    const errors = records.filter(({ level }) => level === "error").map(textOf);
    assert.equal(errors.length, 1);
    assert.match(errors[0]!, new RegExp(`it is of the log ${other.log.id}.*${ASIDE}`));
  });
});

Deno.test("EventMirror sets aside what an older copy of the log, grown otherwise, does not hold", async () => {
  await using server = await startRedis();
  using first = await openTestLog(50);
  first.log.audit(() => {});
  using copy = await openTestLog(0, first.dir);
  using shorter = await openTestLog(0, first.dir);
  assert.equal(copy.log.id, first.log.id);
  first.append(30);
  copy.append(60);
  for (const { log, append } of [first, copy, shorter]) {
    await using running = startMirror(server.url, log);
    await assertMirrors(server.client, log);
    append(5);
    await assertMirrors(server.client, log);
    assert.equal(await server.client.hget("pnl:log", "branch"), running.branches.branch);
  }
  assert.ok(await server.client.ttl(ASIDE) > 86_000);
});

Deno.test("EventMirror goes on where a replica that was behind takes over, and sets nothing aside", async () => {
  await using replica = await startRedis();
  await withMirror(
    { events: 300, args: PRIMARY },
    async ({ holds, append, proxy, server, branches, log }) => {
      await holds();
      const { branch } = branches;
      await replica.client.replicaof("127.0.0.1", String(server.port));
      const isSynced = async () => await replica.client.hget("pnl:log", "position") === "301";
      await eventually(isSynced);
      await replica.client.replicaof("NO", "ONE");
      append(200);
      await holds();
      proxy.retarget(replica.port);
      await assertMirrors(replica.client, log);
      append(50);
      await assertMirrors(replica.client, log);
      assert.equal(branches.branch, branch);
      assert.equal(await replica.client.exists(ASIDE), 0);
    },
  );
});

Deno.test("EventMirror waits while Redis is a replica that only reads", async () => {
  await using replica = await startRedis();
  await withMirror(
    { events: 300, args: PRIMARY },
    async ({ holds, append, proxy, server, mirror, log }) => {
      await holds();
      await replica.client.replicaof("127.0.0.1", String(server.port));
      await eventually(async () => await replica.client.hget("pnl:log", "position") === "301");
      proxy.retarget(replica.port);
      append(20);
      await eventually(() => mirror.status().state === "failed");
      assert.match(mirror.status().lastError ?? "", /READONLY/);
      assert.equal(await replica.client.hget("pnl:log", "position"), "301");
      await replica.client.replicaof("NO", "ONE");
      await assertMirrors(replica.client, log);
    },
  );
});
