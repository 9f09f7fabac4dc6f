import assert from "node:assert/strict";
import { textOf, withLogs } from "../log/test_logs.ts";
import { assertMirrors, eventually } from "./test_mirror.ts";
import { caughtUp, openTestLog, startMirror, withMirror } from "./test_mirrored_log.ts";
import { chunksOf } from "./event_mirror.ts";
import { startRedis } from "./testing.ts";

Deno.test("EventMirror fills an empty Redis with the whole log, and follows it", async () => {
  await withMirror({ events: 3_500 }, async ({ holds, append, mirror, server, log }) => {
    await holds();
    append(1);
    await holds();
    append(2_300);
    await holds();
    await eventually(() => mirror.status().state === "following");
    const { position } = log.head();
    assert.deepEqual(mirror.status(), {
      state: "following",
      position,
      lagEvents: 0,
      lagSeconds: 0,
      begun: 1,
      lastError: null,
    });
    assert.equal(await server.client.exists("pnl:events:set-aside"), 0);
  });
});

Deno.test("EventMirror begins with the first event of an empty log", async () => {
  await withMirror({ events: 0 }, async ({ holds, append, branches, server }) => {
    await eventually(() => branches.branch !== null);
    await holds();
    assert.equal(await server.client.exists("pnl:events"), 0);
    const { branch } = branches;
    append(1);
    await holds();
    assert.equal(branches.branch, branch);
  });
});

Deno.test("EventMirror fills what is retained of a longer log, and trims as it follows", async () => {
  const options = { events: 5_000, retention: 1_200 };
  await withMirror(options, async ({ holds, append, server }) => {
    await holds();
    assert.equal(await server.client.xlen("pnl:events"), 1_200);
    append(3_000);
    await holds();
    // Whole nodes of 100 entries are trimmed, so that some more are left.
    const length = await server.client.xlen("pnl:events");
    assert.ok(length >= 1_200 && length <= 1_300, String(length));
  });
});

Deno.test("EventMirror takes what is appended while it fills", async () => {
  await withMirror({ events: 8_000, batch: 100 }, async ({ holds, append }) => {
    for (let round = 0; round < 60; round++) {
      append(50);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await holds();
  });
});

Deno.test("two mirrors of one writer write every event once", async () => {
  await withMirror({ events: 4_000, batch: 50 }, async ({ holds, append, log, proxy, server }) => {
    await using second = startMirror(proxy.url, log, { batch: 70 });
    for (let round = 0; round < 40; round++) {
      append(25);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await holds();
    await caughtUp({ mirror: second.mirror, log });
    assert.equal(await server.client.exists("pnl:events:set-aside"), 0);
  });
});

Deno.test("EventMirror of the next start goes on with the branch, and with what is missing only", async () => {
  await using server = await startRedis();
  using test = await openTestLog(500);
  let branch: string | null;
  {
    await using first = startMirror(server.url, test.log);
    await assertMirrors(server.client, test.log);
    branch = first.branches.branch;
  }
  test.append(300);
  await using second = startMirror(server.url, test.log, {
    identity: { holder: "holder-2", token: 2 },
  });
  await assertMirrors(server.client, test.log);
  assert.equal(second.branches.branch, branch);
  assert.equal(await server.client.hget("pnl:log", "token"), "2");
  assert.equal(await server.client.exists("pnl:events:set-aside"), 0);
});

Deno.test("EventMirror fills anew where more is to be retained than is there", async () => {
  await using server = await startRedis();
  using test = await openTestLog(2_000);
  {
    await using _ = startMirror(server.url, test.log, { retention: 500 });
    await assertMirrors(server.client, test.log, { retention: 500 });
  }
  await using _ = startMirror(server.url, test.log, { retention: 1_500 });
  await assertMirrors(server.client, test.log, { retention: 1_500 });
  assert.equal(await server.client.xlen("pnl:events"), 1_500);
});

Deno.test("EventMirror writes nothing while another holds the lease, and goes on when it is gone", async () => {
  await using server = await startRedis();
  using test = await openTestLog(20);
  const lease = {
    holder: "somebody else",
    token: 9,
    logId: "another",
    address: "http://10.0.0.9:3000",
    since: "2026-11-22T10:00:00.000Z",
  };
  await server.client.set("pnl:writer", JSON.stringify(lease));
  await using running = startMirror(server.url, test.log);
  await eventually(() => running.mirror.status().state === "failed");
  assert.match(running.mirror.status().lastError ?? "", /http:\/\/10\.0\.0\.9:3000/);
  assert.deepEqual(await server.client.keys("*"), ["pnl:writer"]);
  await server.client.del("pnl:writer");
  await assertMirrors(server.client, test.log);
  await server.client.set("pnl:writer", JSON.stringify(lease));
  const before = await server.client.xlen("pnl:events");
  test.append(10);
  await eventually(() => running.mirror.status().state === "failed");
  assert.equal(await server.client.xlen("pnl:events"), before);
  assert.equal(running.mirror.status().lagEvents, 10);
  await server.client.set("pnl:writer", "no lease at all");
  await assertMirrors(server.client, test.log);
});

Deno.test("EventMirror writes nothing where a later start of the same log has written", async () => {
  await withMirror({ checkMs: 50 }, async ({ holds, append, mirror, server }) => {
    await holds();
    await server.client.hset("pnl:log", "token", "2");
    append(5);
    await eventually(() => mirror.status().state === "failed");
    assert.match(mirror.status().lastError ?? "", /a later start/);
    assert.equal(await server.client.xlen("pnl:events"), 20 + 1);
    assert.equal(await server.client.exists("pnl:events:set-aside"), 0);
  });
});

Deno.test("EventMirror says that it fills, and nothing more", async () => {
  await withLogs(async (records) => {
    await withMirror({ events: 2_500 }, async ({ holds, append }) => {
      await holds();
      append(100);
      await holds();
      const texts = records.filter(({ category }) => category[1] === "redis").map(textOf);
      assert.equal(texts.length, 2, texts.join("\n"));
      assert.match(texts[0]!, /^info Redis is reached at 127\.0\.0\.1:\d+ /);
      assert.match(texts[1]!, /^info Redis is empty, and is filled from position 0 on/);
    });
  });
});

Deno.test("chunksOf() keeps the order, bounds the bytes, and leaves a long line whole", () => {
  const line = (position: number, length: number) => ({ position, line: "ä".repeat(length) });
  const lines = [line(1, 4), line(2, 4), line(3, 40), line(4, 5), line(5, 5), line(6, 1)];
  const positions = [...chunksOf(lines, 20)].map((chunk) => chunk.map((one) => one.position));
  assert.deepEqual(positions, [[1, 2], [3], [4, 5], [6]]);
  assert.deepEqual([...chunksOf([], 20)], []);
});
