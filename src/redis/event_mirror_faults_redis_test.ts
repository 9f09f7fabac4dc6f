import assert from "node:assert/strict";
import { textOf, withLogs } from "../log/test_logs.ts";
import { eventually, streamLines } from "./test_mirror.ts";
import { withMirror } from "./test_mirrored_log.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asserts that the stream was never begun again. */
async function assertNothingSetAside(client: { exists(key: string): Promise<number> }) {
  assert.equal(await client.exists("pnl:events:set-aside"), 0);
}

Deno.test("EventMirror writes a batch once whose answer was lost", async () => {
  await withMirror({}, async ({ holds, append, proxy, server, branches }) => {
    await holds();
    const { branch } = branches;
    for (let round = 0; round < 5; round++) {
      const lost = proxy.loseReply("pnl.kalshi.fill");
      append(30);
      await lost;
      await holds();
    }
    assert.equal(branches.branch, branch);
    await assertNothingSetAside(server.client);
  });
});

Deno.test("EventMirror writes nothing twice where the network repeats a batch, at once or late", async () => {
  await withMirror({}, async ({ holds, append, proxy, server }) => {
    await holds();
    const batch = proxy.record("pnl.kalshi.fill");
    append(30);
    const command = await batch;
    await holds();
    assert.match(await proxy.replay(command), /\r\nplace\r\n/);
    append(10);
    await holds();
    assert.match(await proxy.replay(command), /\r\nplace\r\n/);
    await holds();
    await server.client.flushall();
    assert.match(await proxy.replay(command), /\r\nbranch\r\n/);
    append(1);
    await holds();
    assert.match(await proxy.replay(command), /\r\nplace\r\n/);
    await holds();
  });
});

Deno.test("EventMirror fills without a gap through connections that break in the middle of a batch", async () => {
  await withMirror({ events: 20_000, batch: 200 }, async ({ holds, proxy, server, branches }) => {
    await eventually(() => branches.branch !== null);
    const { branch } = branches;
    for (let round = 0; round < 25; round++) {
      proxy.drop(Math.floor(Math.random() * 300_000));
      await sleep(20);
      if (round % 5 === 0) proxy.reset();
    }
    proxy.drop(Infinity);
    await holds();
    assert.equal(branches.branch, branch);
    await assertNothingSetAside(server.client);
  });
});

Deno.test("EventMirror fills Redis again that was killed and started empty, and says so once", async () => {
  await withLogs(async (records) => {
    await withMirror({ events: 3_000 }, async ({ holds, append, server, redis, mirror }) => {
      await holds();
      await server.kill();
      for (let round = 0; round < 20; round++) {
        append(100);
        await sleep(50);
      }
      await eventually(() => redis.state === "down" && mirror.status().state === "waiting");
      assert.equal(mirror.status().lagEvents, 2_000);
      await server.restart();
      await holds();
      const texts = records.filter(({ category }) => category[1] === "redis").map(textOf);
      const levels = texts.map((text) => text.split(" ").slice(0, 4).join(" "));
      assert.deepEqual(levels, [
        "info Redis is reached",
        "info Redis is empty,",
        "warning Redis is not",
        "info Redis is reached",
        "info Redis is empty,",
      ]);
    });
  });
});

Deno.test("EventMirror fills Redis again that was started empty while nothing is appended", async () => {
  await withMirror({}, async ({ holds, server }) => {
    await holds();
    await server.kill();
    await server.restart();
    await holds(3_000);
  });
});

Deno.test("EventMirror heals a FLUSHALL while nothing is appended, at its next look", async () => {
  await withMirror({ checkMs: 200 }, async ({ holds, server, branches }) => {
    await holds();
    const { branch, begun } = branches;
    await server.client.flushall();
    await holds();
    assert.equal(branches.begun, begun + 1);
    assert.equal(branches.branch, branch);
  });
});

Deno.test("EventMirror heals when somebody else finds the branch gone", async () => {
  await withMirror({}, async ({ holds, server, branches }) => {
    await holds();
    await server.client.flushall();
    await branches.establish();
    await holds();
  });
});

Deno.test("EventMirror leaves no hole where Redis is emptied in the middle of the filling", async () => {
  await withMirror({ events: 20_000, batch: 100 }, async ({ holds, server, append }) => {
    for (let round = 0; round < 3; round++) {
      await eventually(async () => await server.client.xlen("pnl:events") > 2_000);
      await server.client.flushall();
      append(50);
    }
    await holds(20_000);
  });
});

Deno.test("EventMirror holds up no append while Redis sleeps, and is whole afterwards", async () => {
  await withMirror({}, async ({ holds, append, server, branches, mirror }) => {
    await holds();
    const { branch } = branches;
    const sleeping = server.client.call("DEBUG", "SLEEP", "3");
    const deadline = performance.now() + 3_500;
    let longest = 0;
    while (performance.now() < deadline) {
      const begun = performance.now();
      append(10);
      longest = Math.max(longest, performance.now() - begun);
      await sleep(10);
    }
    await sleeping;
    assert.ok(longest < 500, `an append took ${longest} ms`);
    await holds();
    assert.equal(branches.branch, branch);
    assert.equal(mirror.status().lagEvents, 0);
  });
});

Deno.test("EventMirror goes on after a network that lets nothing through", async () => {
  const options = { commandTimeoutMs: 200 };
  await withMirror(options, async ({ holds, append, proxy, mirror, server }) => {
    await holds();
    proxy.hang(true);
    append(100);
    await eventually(() => mirror.status().lastError !== null);
    proxy.hang(false);
    await holds();
    await assertNothingSetAside(server.client);
  });
});

Deno.test("EventMirror appends in its turn through a slow network", async () => {
  await withMirror({ events: 2_000, batch: 500 }, async ({ holds, append, proxy }) => {
    proxy.delay(30);
    for (let round = 0; round < 10; round++) {
      append(20);
      await sleep(20);
    }
    await holds();
  });
});

Deno.test("EventMirror's stream is at every moment a run of the log without a gap", async () => {
  await withMirror({ events: 10_000, batch: 100 }, async ({ holds, server, proxy }) => {
    for (let round = 0; round < 15; round++) {
      if (round % 4 === 0) proxy.reset();
      const positions = (await streamLines(server.client, "pnl:events"))
        .map(({ position }) => position);
      assert.deepEqual(positions, positions.map((_, at) => (positions[0] ?? 0) + at));
    }
    await holds();
  });
});
