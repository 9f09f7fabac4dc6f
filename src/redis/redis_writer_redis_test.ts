import assert from "node:assert/strict";
import { systemClock } from "../log/system_clock.ts";
import { textOf, withLogs } from "../log/test_logs.ts";
import { redisKeys } from "./keys.ts";
import { RedisWriter } from "./redis_writer.ts";
import { parseModel } from "./records.ts";
import { assertMirrors, eventually } from "./test_mirror.ts";
import { openTestLog, startMirror, type TestLog } from "./test_mirrored_log.ts";
import { type FaultyProxy, startFaultyProxy } from "./test_proxy.ts";
import { PlannedSource, TestConnection, writerIdentity } from "./test_writer.ts";
import { startRedis, type TestRedis } from "./testing.ts";

const KEYS = redisKeys();

/** A log, a writer that is not started yet, and snapshots that come when a test says so. */
async function withWriter(
  work: (scene: {
    readonly server: TestRedis;
    readonly proxy: FaultyProxy;
    readonly test: TestLog;
    readonly source: PlannedSource;
    readonly writer: RedisWriter;
  }) => Promise<void>,
): Promise<void> {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  using test = await openTestLog(20);
  await using redis = new TestConnection(proxy);
  const source = new PlannedSource();
  source.advance(test.log.head().position);
  const writer = new RedisWriter({
    redis,
    log: test.log,
    identity: writerIdentity({ logId: test.log.id }),
    source,
    heartbeat: () => ({
      windowMs: 5_000,
      mode: "sandbox",
      version: "1",
      address: "http://127.0.0.1:3000",
      confirmedAgeMs: 0,
      sources: [],
    }),
    intervalMs: 100,
    clock: systemClock,
  });
  try {
    await work({ server, proxy, test, source, writer });
  } finally {
    await writer.stop();
  }
}

/** Every key with all it holds. */
async function contents({ client }: TestRedis): Promise<Map<string, Uint8Array>> {
  const keys = (await client.keys("*")).sort();
  const dumps = keys.map(async (key) => [key, await client.dumpBuffer(key)] as const);
  return new Map(await Promise.all(dumps));
}

Deno.test("RedisWriter that reaches another log's Redis only after its start writes nothing there, until its lineage is removed", async () => {
  await withLogs(async (records) => {
    await withWriter(async ({ server, proxy, test, writer }) => {
      const lineage = { position: 1, root: "00", branch: "its-branch", token: 1, from: 0 };
      await server.client.hset(KEYS.log, { logId: "its-log", ...lineage });
      await server.client.xadd(KEYS.events, "1-0", "event", "{}");
      const before = await contents(server);
      proxy.refuse(true);
      proxy.reset();
      await writer.claim();
      writer.start();
      proxy.refuse(false);
      await eventually(() => {
        const { mirror, lastError } = writer.status();
        return mirror.state === "failed" && /its-log/.test(mirror.lastError ?? "") &&
          /its-log.*remove pnl:log/.test(lastError ?? "");
      });
      test.append(20);
      // Longer than any part would rest, so that each has tried again.
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      assert.deepEqual(await contents(server), before);
      const { lease, branch, mirror } = writer.status();
      assert.deepEqual([lease, branch, mirror.state], ["waiting", null, "failed"]);
      const said = records.map(textOf).filter((text) => text.includes("its-log"));
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(said[0]!, /^error .*remove pnl:log/);
      await server.client.del(KEYS.log);
      await assertMirrors(server.client, test.log);
      await eventually(() => writer.status().lease === "held");
      await eventually(() => writer.status().lastError === null);
    });
  });
});

Deno.test("RedisWriter.stop() lets out the newest snapshot, which comes a moment after its event", async () => {
  await withWriter(async ({ server, test, source, writer }) => {
    await writer.claim();
    writer.start();
    await eventually(() => writer.status().snapshots.offset === 2 * test.log.head().position);
    test.append(1);
    await assertMirrors(server.client, test.log);
    const stopped = writer.stop();
    setTimeout(() => source.advance(), 100);
    await stopped;
    const text = await server.client.get(KEYS.current) ?? "";
    assert.equal(parseModel(KEYS.current, text).offset, 2 * test.log.head().position);
  });
});

Deno.test("RedisWriter begins a branch of another name where the answer is lost by which it forsook one", async () => {
  await withWriter(async ({ server, proxy, test, writer }) => {
    await using running = startMirror(server.url, test.log);
    await assertMirrors(server.client, test.log);
    const { branch } = running.branches;
    await running[Symbol.asyncDispose]();
    const { position } = test.log.head();
    await server.client.hset(KEYS.log, { snapshotPosition: position, snapshotRoot: "00" });
    const lost = proxy.loseReply("HDEL");
    await writer.claim();
    writer.start();
    await lost;
    await eventually(() => writer.status().snapshots.offset === 2 * position);
    assert.notEqual(branch, null);
    assert.notEqual(writer.branch, branch);
    assert.equal(await server.client.hget(KEYS.log, "branch"), writer.branch);
    await assertMirrors(server.client, test.log);
  });
});
