import assert from "node:assert/strict";
import type { Broadcast } from "../stream/broadcast.ts";
import type { Subscriber } from "../stream/subscriber.ts";
import { RawWebSocket } from "./test_raw_websocket.ts";
import { startTestServer, type TestServer } from "./test_server.ts";
import { type ServerFrame, soon, until, WebSocketClient } from "./test_streams.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads so fast for so long, acknowledges each snapshot, and gives the frames that came. */
async function readSlowly(
  peer: RawWebSocket,
  bytesPerSecond: number,
  forMs: number,
): Promise<ServerFrame[]> {
  const frames: ServerFrame[] = [];
  const stepMs = 100;
  for (const from = performance.now(); performance.now() - from < forMs;) {
    const came = await peer.take(Math.ceil(bytesPerSecond * stepMs / 1000));
    frames.push(...came);
    for (const { type, pos } of came) {
      if (type === "snapshot") await peer.send({ type: "ack", pos });
    }
    await pause(stepMs);
  }
  return frames;
}

/** Counts what the hub offers to everybody. */
function counter(): Subscriber & { offered: number } {
  return {
    transport: "sse",
    offered: 0,
    offer(_: Broadcast) {
      this.offered += 1;
    },
    keepAlive() {},
    drain() {},
  };
}

/** Appends a new total every so often until told to stop. Returns what stops it. */
function collectOften(server: TestServer, everyMs: number): () => Promise<void> {
  let [running, collected] = [true, 0];
  const done = (async () => {
    while (running) {
      server.clock.step(500);
      await server.collect(`${++collected}.5`);
      await pause(everyMs);
    }
  })();
  return async () => {
    running = false;
    await done;
  };
}

/** Offsets of finals that are missing between two snapshots where no reset says so. */
function unannounced({ projector }: TestServer, frames: readonly ServerFrame[]): number[] {
  const missing: number[] = [];
  let [last, told] = [Infinity, false];
  for (const { type, pos } of frames) {
    if (type === "reset") told = true;
    if (type !== "snapshot") continue;
    const offset = Number(pos?.split(":")[1]);
    const between = projector.finalsAfter(last, 1_000).map((final) => final.offset);
    if (!told) missing.push(...between.filter((final) => final < offset));
    [last, told] = [offset, false];
  }
  return missing;
}

Deno.test("a peer at 1 KB/s has one frame under way, and released it gets the current snapshot within two frames", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 3_000 } });
  await server.collect("0.25");
  using peer = await RawWebSocket.connect(server.server.port);
  await pause(300);
  const first = await readSlowly(peer, 1_000_000, 1);
  assert.deepEqual(first.map(({ type }) => type), ["hello", "snapshot"]);
  const offers = counter();
  const before = server.hub.stats();
  server.hub.add(offers);
  const stop = collectOften(server, 50);
  const slow = await readSlowly(peer, 1_000, 20_000);
  await stop();
  const last = `${server.projector.epoch}:${server.projector.current()?.offset}`;
  const released: ServerFrame[] = [];
  while (released.at(-1)?.pos !== last) {
    released.push(...await soon(readSlowly(peer, 1_000_000, 150), "frames"));
    const { length } = released.filter(({ type }) => type === "snapshot");
    assert.ok(length <= 2, `${length} snapshots came before the current one`);
  }
  const after = server.hub.stats();
  const came = [...slow, ...released].filter(({ type }) => type === "snapshot").length;
  assert.ok(offers.offered > 150, `${offers.offered} offers`);
  assert.equal(after.sent - before.sent, came);
  assert.equal(came + after.conflated - before.conflated, offers.offered);
  const offsets = [...slow, ...released].map(({ pos }) => Number(pos?.split(":")[1]));
  assert.deepEqual(offsets, [...offsets].sort((a, b) => a - b));
  const missing = unannounced(server, [...first, ...slow, ...released]);
  assert.deepEqual(missing, [], "finals were left out without a word");
  server.hub.release(offers);
});

Deno.test("a peer that acknowledges and keeps up gets every final, and the server knows how old its number is", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 3_000 } });
  await server.collect("0.25");
  using peer = await RawWebSocket.connect(server.server.port);
  const reading = readSlowly(peer, 10_000_000, 4_000);
  await pause(300);
  const epoch = server.projector.epoch;
  const from = server.projector.current()?.offset ?? 0;
  const stop = collectOften(server, 20);
  await pause(3_000);
  const { acknowledging, late, ageMs, held } = server.hub.stats();
  assert.deepEqual([acknowledging, late, held], [1, 0, 0]);
  assert.ok(ageMs !== null && ageMs.max < 1_500, `${ageMs?.max} ms`);
  await stop();
  const came = await reading;
  const finals = server.projector.finalsAfter(from, 1_000);
  assert.ok(finals.length > 5);
  const positions = new Set(came.map(({ pos }) => pos));
  for (const { offset } of finals) assert.ok(positions.has(`${epoch}:${offset}`), `${offset}`);
});

Deno.test("an acknowledgement of what was never sent is answered with an error, and gives no credit", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const client = new WebSocketClient(`${server.origin}/ws`);
  await client.next();
  const { pos } = await client.next();
  const never = [`${server.projector.epoch}:0`, `${"f".repeat(16)}:2`, "garbage"];
  for (const each of never) {
    client.send({ type: "ack", pos: each });
    assert.equal((await client.next()).code, "unknown_position");
  }
  assert.equal(server.hub.stats().ageMs, null);
  client.send({ type: "ack", pos });
  client.send({ type: "ping" });
  assert.equal((await client.next()).type, "pong");
  assert.equal(server.hub.stats().acknowledging, 1);
  await client.close();
});

Deno.test("a peer that speaks and acknowledges nothing more is late, then closed with 4408", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 500, slowMs: 4_000 } });
  await server.collect("1");
  const client = new WebSocketClient(`${server.origin}/ws`);
  await client.next();
  const { pos } = await client.next();
  client.send({ type: "ack", pos });
  const pinging = setInterval(() => client.send({ type: "ping" }), 500);
  await until(() => server.hub.stats().lateTimes === 1, "late");
  const { late, sent } = server.hub.stats();
  assert.equal(late, 1);
  await server.collect("2");
  const { code, reason } = await soon(client.closed, "close", 8_000);
  clearInterval(pinging);
  assert.equal(code, 4408);
  assert.match(reason, /^too_slow retryMs=[1-6]\d{3}$/);
  assert.equal(server.hub.stats().sent, sent, "a late peer was sent something");
  assert.equal(server.hub.stats().refused.slow, 1);
});
