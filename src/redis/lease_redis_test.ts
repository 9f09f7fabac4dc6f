import assert from "node:assert/strict";
import { systemClock } from "../log/system_clock.ts";
import { textOf, withLogs } from "../log/test_logs.ts";
import { ForeignLogError } from "./foreign_log.ts";
import type { WriterIdentity } from "./identity.ts";
import { redisKeys } from "./keys.ts";
import { WriterLease } from "./lease.ts";
import { leaseNamed } from "./lease_script.ts";
import { type LeaseRecord, parseLease } from "./records.ts";
import { LeaseHeldError, RedisFailedError } from "./scripts.ts";
import { eventually } from "./test_mirror.ts";
import { TestConnection, writerIdentity } from "./test_writer.ts";
import { startRedis, type TestRedis } from "./testing.ts";

const KEYS = redisKeys();
const TTL_MS = 1_200;

/** A server, and leases on it that end with the test. */
async function withLeases(
  work: (tools: {
    readonly server: TestRedis;
    readonly redis: TestConnection;
    readonly lease: (given?: Partial<WriterIdentity>) => WriterLease;
  }) => Promise<void>,
): Promise<void> {
  await using server = await startRedis();
  await using redis = new TestConnection(server);
  assert.ok(await redis.untilReady(5_000));
  await work({
    server,
    redis,
    lease: (given) =>
      new WriterLease({
        redis,
        identity: writerIdentity(given),
        clock: systemClock,
        ttlMs: TTL_MS,
      }),
  });
}

async function held({ client }: TestRedis): Promise<LeaseRecord | null> {
  const text = await client.get(KEYS.writer);
  return text === null ? null : parseLease(KEYS.writer, text);
}

Deno.test("WriterLease.claim() takes a free lease, with who has it and for how long", async () => {
  await withLeases(async ({ server, lease }) => {
    const own = lease({ holder: "one", token: 7, address: () => "http://writer:1" });
    assert.equal(own.state, "waiting");
    await own.claim();
    assert.equal(own.state, "held");
    const record = await held(server);
    assert.equal(record?.holder, "one");
    assert.equal(record?.token, 7);
    assert.equal(record?.address, "http://writer:1");
    const remaining = await server.client.pttl(KEYS.writer);
    assert.ok(remaining > 0 && remaining <= TTL_MS, `${remaining} ms`);
    await own.release();
    assert.equal(await held(server), null);
  });
});

Deno.test("WriterLease.claim() takes its predecessor's lease over at once", async () => {
  await withLeases(async ({ server, lease }) => {
    await lease({ holder: "one", token: 1 }).claim();
    const started = performance.now();
    const next = lease({ holder: "two", token: 2, predecessor: "one" });
    await next.claim();
    assert.ok(performance.now() - started < TTL_MS / 2);
    assert.equal((await held(server))?.holder, "two");
  });
});

Deno.test("WriterLease.claim() refuses while another renews, and names its address", async () => {
  await withLeases(async ({ server, lease }) => {
    const other = lease({ holder: "other", address: () => "http://elsewhere:3000" });
    await other.claim();
    const renewing = setInterval(() => void other.renew(), other.renewMs);
    try {
      const own = lease({ holder: "own" });
      await assert.rejects(own.claim(), (error) => {
        assert.ok(error instanceof LeaseHeldError);
        assert.equal(error.lease?.holder, "other");
        assert.match(error.message, /http:\/\/elsewhere:3000/);
        return true;
      });
      assert.ok(!own.lost.aborted);
      assert.equal((await held(server))?.holder, "other");
    } finally {
      clearInterval(renewing);
    }
  });
});

Deno.test("WriterLease.claim() waits for a dead holder's lease to lapse", async () => {
  await withLeases(async ({ server, lease }) => {
    await lease({ holder: "dead" }).claim();
    const started = performance.now();
    await lease({ holder: "own" }).claim();
    const waited = performance.now() - started;
    assert.ok(waited > TTL_MS / 2 && waited < 2 * TTL_MS, `${waited} ms`);
    assert.equal((await held(server))?.holder, "own");
  });
});

Deno.test("WriterLease.claim() does not wait for ever for a lease that lasts", async () => {
  await withLeases(async ({ server, lease }) => {
    await lease({ holder: "other" }).claim();
    await server.client.pexpire(KEYS.writer, 60_000);
    await assert.rejects(lease({ holder: "own" }).claim(), (error) => {
      assert.ok(error instanceof LeaseHeldError);
      assert.doesNotMatch(error.message, /never lapses/);
      return true;
    });
  });
});

Deno.test("WriterLease says of a lease that never lapses what to do, at once and at last", async () => {
  const says = /never lapses: remove pnl:writer where that process is no more/;
  await withLogs(async (records) => {
    await withLeases(async ({ server, lease }) => {
      const lost = lease({ holder: "lost" });
      await lost.claim();
      await server.client.del(KEYS.writer);
      await lease({ holder: "other" }).claim();
      await server.client.persist(KEYS.writer);
      await assert.rejects(lease({ holder: "own" }).claim(), says);
      const texts = records.map(textOf).filter((text) => text.includes("lapses"));
      assert.equal(texts.length, 1, texts.join("\n"));
      assert.match(texts[0]!, /^error http:\/\/127\.0\.0\.1:3000 /);
      assert.match(texts[0]!, says);
      await assert.rejects(lost.renew(), says);
    });
  });
});

Deno.test("WriterLease.claim() ends its waiting with the signal", async () => {
  await withLeases(async ({ server, lease }) => {
    await lease({ holder: "other" }).claim();
    const reason = new Error("stopped");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(lease({ holder: "own" }).claim({ signal }), reason);
    assert.equal((await held(server))?.holder, "other");
  });
});

Deno.test("WriterLease.claim() refuses another log's Redis and says what to do", async () => {
  await withLeases(async ({ server, lease }) => {
    await server.client.hset(KEYS.log, { logId: "its-log", branch: "b" });
    await assert.rejects(lease({ logId: "our-log" }).claim(), (error) => {
      assert.ok(error instanceof ForeignLogError);
      assert.equal(error.code, "foreign_log");
      assert.match(error.message, /its-log.*REDIS_PREFIX.*remove pnl:log/);
      return true;
    });
    assert.equal(await held(server), null);
    await lease({ logId: "its-log" }).claim();
    assert.notEqual(await held(server), null);
  });
});

Deno.test("WriterLease.renew() takes no lease in another log's Redis, unless that may be", async () => {
  await withLeases(async ({ server, lease }) => {
    await server.client.hset(KEYS.log, { logId: "its-log", branch: "b" });
    const own = lease({ logId: "our-log" });
    await assert.rejects(own.renew(), ForeignLogError);
    assert.equal(await held(server), null);
    assert.equal(own.state, "waiting");
    await own.renew({ anyLog: true });
    assert.equal(own.state, "held");
    for (const rubbish of [{ branch: "b" }, { logId: "" }]) {
      await server.client.del(KEYS.log);
      await server.client.hset(KEYS.log, rubbish);
      await own.renew();
    }
  });
});

Deno.test("WriterLease.claim() that Redis runs too late takes no lease from another log", async () => {
  await withLeases(async ({ server, lease }) => {
    await server.client.hset(KEYS.log, { logId: "its-log", branch: "b" });
    const asleep = server.client.call("DEBUG", "SLEEP", "1.5");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const own = lease({ logId: "our-log" });
    await own.claim();
    await asleep;
    await assert.rejects(own.renew(), ForeignLogError);
    assert.equal(await held(server), null);
  });
});

Deno.test("WriterLease.claim() loses at most a second where Redis cannot be reached", async () => {
  await withLeases(async ({ server, lease }) => {
    await server.kill();
    const own = lease();
    const started = performance.now();
    await own.claim();
    assert.ok(performance.now() - started < 1_200);
    assert.equal(own.state, "waiting");
    await assert.rejects(own.renew(), RedisFailedError);
    await server.restart();
    await eventually(() => own.renew().then(() => own.state === "held", () => false));
    assert.ok(!own.lost.aborted);
  });
});

Deno.test("WriterLease.claim() loses at most a second where Redis does not answer", async () => {
  await using server = await startRedis();
  await using redis = new TestConnection(server, 10_000);
  assert.ok(await redis.untilReady(5_000));
  const own = new WriterLease({ redis, identity: writerIdentity(), clock: systemClock });
  const asleep = server.client.call("DEBUG", "SLEEP", "3");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const started = performance.now();
  await own.claim();
  assert.ok(performance.now() - started < 1_200);
  assert.equal(own.state, "waiting");
  await asleep;
  await own.renew();
  assert.equal(own.state, "held");
});

Deno.test("WriterLease.renew() takes a key that is gone, or is no lease, again", async () => {
  await withLeases(async ({ server, lease }) => {
    const own = lease({ holder: "own" });
    await own.claim();
    for (const spoil of [["DEL", KEYS.writer], ["SET", KEYS.writer, "?"], ["FLUSHALL"]] as const) {
      const [command, ...args] = spoil;
      await server.client.call(command, ...args);
      await own.renew();
      assert.equal((await held(server))?.holder, "own");
    }
    await server.client.del(KEYS.writer);
    await server.client.rpush(KEYS.writer, "a list");
    await own.renew();
    assert.equal((await held(server))?.holder, "own");
    assert.ok(!own.lost.aborted);
  });
});

Deno.test("WriterLease.renew() keeps the lease for as long again", async () => {
  await withLeases(async ({ server, lease }) => {
    let address = "";
    const own = lease({ address: () => address });
    await own.claim();
    await server.client.pexpire(KEYS.writer, 50);
    await own.renew();
    assert.ok(await server.client.pttl(KEYS.writer) > 50);
    address = "http://known-by-now:1";
    await own.renew();
    assert.equal((await held(server))?.address, address);
    assert.ok(await server.client.pttl(KEYS.writer) > 50);
  });
});

Deno.test("WriterLease.lost aborts once where another holder is read", async () => {
  await withLeases(async ({ server, lease }) => {
    const own = lease({ holder: "own" });
    await own.claim();
    let losses = 0;
    own.lost.addEventListener("abort", () => losses++);
    await server.client.del(KEYS.writer);
    await lease({ holder: "other" }).claim();
    await assert.rejects(own.renew(), LeaseHeldError);
    await assert.rejects(own.renew(), LeaseHeldError);
    assert.equal(losses, 1);
    assert.equal(own.state, "lost");
    assert.ok(own.lost.reason instanceof LeaseHeldError);
    await own.release();
    assert.equal((await held(server))?.holder, "other");
  });
});

Deno.test("WriterLease.renew() after a start without Redis tells a dead holder from one alive", async () => {
  await withLeases(async ({ lease }) => {
    const dead = lease({ holder: "dead" });
    await dead.claim();
    const own = lease({ holder: "own" });
    await own.renew();
    assert.equal(own.state, "waiting");
    await eventually(() => own.renew().then(() => own.state === "held"));
    const late = lease({ holder: "late" });
    await late.renew();
    assert.equal(late.state, "waiting");
    await new Promise((resolve) => setTimeout(resolve, own.renewMs));
    await own.renew();
    await assert.rejects(late.renew(), LeaseHeldError);
    assert.ok(late.lost.aborted);
  });
});

Deno.test("leaseNamed() names nobody where a lease of another kind stands", () => {
  assert.equal(leaseNamed("pnl:writer", '{"holder":"x"}').address, "");
});
