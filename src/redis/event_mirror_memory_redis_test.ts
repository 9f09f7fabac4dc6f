import assert from "node:assert/strict";
import { textOf, withLogs } from "../log/test_logs.ts";
import { assertMirrors, eventually, streamLines } from "./test_mirror.ts";
import { type MirrorScene, openTestLog, startMirror, withMirror } from "./test_mirrored_log.ts";
import { startRedis } from "./testing.ts";

const ASIDE = "pnl:events:set-aside";

/** Lets Redis have so many bytes more than it uses now. */
async function leaveRoom({ server: { client } }: Pick<MirrorScene, "server">, bytes: number) {
  const info = await client.info("memory");
  const used = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
  await client.config("SET", "maxmemory", String(used + bytes));
}

/** Asserts that what is there is a run of the log up to where its lineage says, and no half of a batch. */
async function assertWhole({ server: { client }, log }: Pick<MirrorScene, "server" | "log">) {
  const lines = await streamLines(client, "pnl:events");
  const { position, from, root } = await client.hgetall("pnl:log");
  assert.equal(lines.length, Number(position) - Number(from));
  assert.equal(root, log.rootAt(Number(position)));
  lines.forEach((line, at) => {
    assert.deepEqual(line, log.read({ after: Number(from) + at, limit: 1 })[0]);
  });
}

Deno.test("EventMirror writes no half of a batch into a Redis that is full, and goes on when it is not", async () => {
  await withLogs(async (records) => {
    await withMirror({ batch: 100 }, async (scene) => {
      const { holds, append, mirror, server, branches } = scene;
      await holds();
      const { branch } = branches;
      for (let round = 0; round < 3; round++) {
        await leaveRoom(scene, 400_000);
        append(4_000);
        await eventually(() => mirror.status().state === "failed");
        assert.match(mirror.status().lastError ?? "", /OOM/);
        await assertWhole(scene);
        // Tries again meanwhile, and says nothing more.
        await new Promise((resolve) => setTimeout(resolve, 900));
        assert.equal(mirror.status().state, "failed");
        assert.ok(mirror.status().lagEvents > 0);
        await server.client.config("SET", "maxmemory", "0");
        await holds();
      }
      assert.equal(branches.branch, branch);
      const warnings = records.filter(({ level }) => level === "warning").map(textOf);
      assert.equal(warnings.length, 3, warnings.join("\n"));
      assert.match(warnings[0]!, /Cannot mirror the log to Redis, and will try again: .*OOM/);
    });
  });
});

Deno.test("EventMirror gives up what was set aside where Redis is full", async () => {
  await withMirror({ events: 3_000 }, async (scene) => {
    const { holds, append, server } = scene;
    await holds();
    await leaveRoom(scene, 300_000);
    await server.client.xdel("pnl:events", "3001-0");
    append(10);
    await holds();
    assert.equal(await server.client.exists(ASIDE), 0);
  });
});

Deno.test("EventMirror begins anew in a Redis that is full", async () => {
  await withMirror({ checkMs: 100 }, async (scene) => {
    const { holds, server, branches } = scene;
    await holds();
    const { begun } = branches;
    await server.client.config("SET", "maxmemory", "1");
    await server.client.del("pnl:log");
    await eventually(() => branches.begun > begun && branches.branch !== null);
    assert.equal(await server.client.hget("pnl:log", "branch"), branches.branch);
    await server.client.config("SET", "maxmemory", "0");
    await holds();
  });
});

Deno.test("EventMirror is whole again after a Redis that evicts keys, and does not begin without a pause", async () => {
  const args = ["--maxmemory-policy", "allkeys-lru"];
  await withLogs(async (records) => {
    await withMirror({ events: 8_000, batch: 200, args }, async (scene) => {
      const { holds, server } = scene;
      await leaveRoom(scene, 1_000_000);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const begun = records.map(textOf).filter((text) => /filled/.test(text)).length;
      // Its first begin, one at once, then after 0.5, 1 and 2 seconds.
      assert.ok(begun >= 2 && begun <= 6, `begun ${begun} times`);
      await server.client.config("SET", "maxmemory", "0");
      await holds(20_000);
    });
  });
});

Deno.test("EventMirror waits where the password is wrong, tells it to nobody, and goes on when it is right", async () => {
  await withLogs(async (records) => {
    await using server = await startRedis();
    using test = await openTestLog(20);
    await server.client.config("SET", "requirepass", "the right one");
    const url = `redis://:${encodeURIComponent("s3cret/of:mine")}@127.0.0.1:${server.port}`;
    await using running = startMirror(url, test.log);
    await eventually(() => running.redis.state === "down");
    await eventually(() => running.mirror.status().lastError !== null);
    assert.match(running.mirror.status().lastError ?? "", /WRONGPASS/);
    assert.equal(running.mirror.status().state, "waiting");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const texts = records.filter(({ category }) => category[1] === "redis").map(textOf);
    assert.equal(texts.length, 1, texts.join("\n"));
    assert.match(texts[0]!, /^warning Redis is not reached at 127\.0\.0\.1:\d+: .*WRONGPASS/);
    assert.doesNotMatch(JSON.stringify(records), /s3cret/);
    await server.client.config("SET", "requirepass", "s3cret/of:mine");
    await assertMirrors(server.client, test.log);
    assert.doesNotMatch(JSON.stringify(records), /s3cret/);
  });
});
