import assert from "node:assert/strict";
import { startTestServer, type TestServer, totals } from "./test_server.ts";
import { RawWebSocket } from "./test_raw_websocket.ts";
import {
  handshake,
  rawRequest,
  type ServerFrame,
  soon,
  until,
  WebSocketClient,
} from "./test_streams.ts";

/** Ticks so fast that the kernel's buffers are full in seconds. */
const HURRY = { hub: { intervalMs: 1 }, stopMs: 500 };
const FILLED_MS = 20_000;
const SSE = ["GET /api/pnl/stream HTTP/1.1", "Host: 127.0.0.1"];

/** Waits until the peers, who do not read, get nothing more. Returns what was sent to them. */
async function untilStalled({ hub }: TestServer): Promise<number> {
  let sent = -1;
  await until(
    () => {
      const before = sent;
      sent = hub.stats().sent;
      return hub.stats().conflated > 300 && sent === before;
    },
    "stalled",
    FILLED_MS,
  );
  const { conflated } = hub.stats();
  await until(() => hub.stats().conflated > conflated + 300, "conflated further");
  assert.equal(hub.stats().sent, sent, "sent on while the peers did not read");
  return sent;
}

/** Reads until some text has come, and gives all that came. */
async function readUntil(peer: Deno.TcpConn, text: string): Promise<string> {
  const buffer = new Uint8Array(1024 * 1024);
  let all = "";
  while (!all.includes(text)) {
    const read = await soon(peer.read(buffer), `bytes with ${text}`);
    assert.ok(read !== null, "The stream ended");
    all += new TextDecoder("latin1").decode(buffer.subarray(0, read));
  }
  return all;
}

Deno.test("an event stream that stalls is held to a bound, and then gets the latest state", async () => {
  await using server = await startTestServer(HURRY);
  await server.collect("1");
  const peer = await rawRequest(server.server.port, SSE);
  const sent = await untilStalled(server);
  assert.ok(sent < 6_000, `${sent} snapshots are under way`);
  await server.collect("777.77");
  const all = await readUntil(peer, `"totalRevenue":"777.77"`);
  const before = all.slice(0, all.indexOf("777.77"));
  const old = before.split("pnl.snapshot.v1").length - 1;
  peer.close();
  assert.ok(old <= sent + 50, `${old} old snapshots came first, ${sent} were sent`);
  await until(() => server.hub.stats().connections.sse === 0, "gone");
});

Deno.test("while too much waits for all together, those for whom most waits get nothing more", async () => {
  const hub = { intervalMs: 1, maxBufferedBytes: 20 * 1024 };
  await using server = await startTestServer({ hub, stopMs: 500 });
  await server.collect("1");
  const { port } = server.server;
  const peers = [await rawRequest(port, SSE), await rawRequest(port, SSE)];
  await until(() => server.hub.stats().held === 1, "held", FILLED_MS);
  await untilStalled(server);
  assert.ok(server.hub.stats().bufferedBytes > 20 * 1024);
  await server.collect("777.77");
  for (const peer of peers) {
    await readUntil(peer, `"totalRevenue":"777.77"`);
    peer.close();
  }
  await until(() => server.hub.stats().connections.sse === 0, "gone");
  const { held, holds, bufferedBytes } = server.hub.stats();
  assert.deepEqual([held, bufferedBytes], [0, 0]);
  assert.ok(holds >= 1);
});

Deno.test("a stream of events that is held loses nothing", async () => {
  await using server = await startTestServer({ hub: { maxBufferedBytes: 1_000 } });
  const now = server.clock.now();
  for (let at = 0; at < 15_000; at += 5_000) {
    server.log.append(Array.from({ length: 5_000 }, (_, n) => totals(`${at + n}.5`, now)));
  }
  const head = server.log.head().position;
  const peer = await rawRequest(server.server.port, [
    "GET /api/events/stream?after=0 HTTP/1.1",
    "Host: 127.0.0.1",
  ]);
  await until(() => server.hub.stats().held === 1, "held");
  const all = await readUntil(peer, `id: ${head}\n`);
  const ids = [...all.matchAll(/event: event\r?\nid: (\d+)\n/g)].map(([, id]) => Number(id));
  assert.deepEqual(ids, Array.from({ length: head }, (_, n) => n + 1));
  peer.close();
  await until(() => server.hub.stats().connections.sse === 0, "gone");
});

Deno.test("peers that stall do not hold up stop(), nor the others", async () => {
  await using server = await startTestServer(HURRY);
  await server.collect("1");
  const { port } = server.server;
  const peers = [await rawRequest(port, SSE)];
  await untilStalled(server);
  peers.push(await rawRequest(port, handshake(port)));
  const client = new WebSocketClient(`${server.origin}/ws`);
  await client.next();
  const started = performance.now();
  assert.equal(await server.server.stop(), false);
  const took = performance.now() - started;
  assert.ok(took < 4_000, `${took} ms`);
  assert.equal((await soon(client.closed, "close")).code, 1001);
  for (const peer of peers) peer.close();
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
});

Deno.test("a gap is filled as fast as the peer acknowledges, and given up with a reset where it does not", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 1_000 } });
  await server.windows(100);
  const { epoch } = server.projector;
  const finals = server.projector.finalsAfter(0, 200).map(({ offset }) => offset);
  const last = `${epoch}:${server.projector.current()?.offset}`;
  using peer = await RawWebSocket.connect(server.server.port, `?since=${epoch}:${finals[0]}`);
  const got: (string | undefined)[] = [];
  while (got.at(-1) !== last) {
    for (const { type, pos } of await soon(peer.take(100_000), "frames")) {
      if (type !== "snapshot") continue;
      got.push(pos);
      await peer.send({ type: "ack", pos });
    }
  }
  assert.deepEqual(got, [...finals.slice(1).map((offset) => `${epoch}:${offset}`), last]);
  await peer.send({ type: "subscribe", channels: ["pnl"], since: `${epoch}:${finals[0]}` });
  // What comes now is not acknowledged, so that most of the gap is never sent.
  const frames: ServerFrame[] = [];
  const reading = (async () => {
    while (frames.at(-1)?.type !== "snapshot" || !frames.some(({ type }) => type === "reset")) {
      frames.push(...await peer.take(100_000));
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  const before = frames.length;
  assert.ok(before > 0 && before < 60, `${before} frames without an acknowledgement`);
  await peer.send({ type: "ack", pos: frames.at(-1)?.pos });
  await soon(reading, "reset");
  const next = frames.slice(before).map(({ type, reason, pos }) => [type, reason, pos]);
  assert.deepEqual(next, [["reset", "gap", last], ["snapshot", undefined, last]]);
});
