import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "./test_server.ts";
import { handshake, rawRequest, soon, until, WebSocketClient } from "./test_streams.ts";

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

/** A text frame as a client sends it, masked with zeros. */
function textFrame(text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  assert.ok(payload.length > 125 && payload.length < 65_536);
  const head = [0x81, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0];
  return new Uint8Array([...head, ...payload]);
}

function subscribe(since: string): Uint8Array {
  return textFrame(JSON.stringify({ type: "subscribe", channels: ["pnl"], since }).padEnd(130));
}

Deno.test("peers that stall are held to a bound, and then get the latest state", async () => {
  await using server = await startTestServer(HURRY);
  await server.collect("1");
  const { port } = server.server;
  const peers = [await rawRequest(port, SSE), await rawRequest(port, handshake(port))];
  const sent = await untilStalled(server);
  assert.ok(sent < 12_000, `${sent} snapshots are under way`);
  await server.collect("777.77");
  let old = 0;
  for (const peer of peers) {
    const all = await readUntil(peer, `"totalRevenue":"777.77"`);
    const before = all.slice(0, all.indexOf("777.77"));
    old += before.split("pnl.snapshot.v1").length - 1;
    peer.close();
  }
  assert.ok(old <= sent + 50, `${old} old snapshots came first, ${sent} were sent`);
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
  await until(() => server.hub.stats().connections.sse === 0, "gone");
});

Deno.test("peers that stall do not hold up stop(), nor the others", async () => {
  await using server = await startTestServer(HURRY);
  await server.collect("1");
  const { port } = server.server;
  const peers = [await rawRequest(port, SSE), await rawRequest(port, handshake(port))];
  await untilStalled(server);
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

Deno.test("a gap is filled as fast as the peer reads, and given up with a reset where it does not", async () => {
  await using server = await startTestServer(HURRY);
  await server.windows(100);
  const { port } = server.server;
  const finals = server.projector.finalsAfter(0, 200).map(({ offset }) => offset);
  const since = subscribe(`${server.projector.epoch}:${finals[0]}`);
  const peer = await rawRequest(port, handshake(port));
  await untilStalled(server);
  await peer.write(since);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const filled = await readUntil(peer, `"pos":"${server.projector.epoch}:${finals.at(-1)}"`);
  const sentFinals = [...filled.matchAll(/"snapshot","pos":"[0-9a-f]{16}:(\d*[13579])"/g)];
  assert.deepEqual(sentFinals.map(([, offset]) => Number(offset)), finals.slice(1));
  assert.ok(!filled.includes('"type":"reset"'));
  await untilStalled(server);
  await peer.write(since);
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  assert.ok((await readUntil(peer, '"type":"reset"')).includes('"reason":"gap"'));
  peer.close();
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
});
