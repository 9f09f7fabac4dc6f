import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "./test_server.ts";
import { handshake, rawRequest, soon, until, WebSocketClient } from "./test_streams.ts";

/** Opens a connection as a client of an address behind a proxy, and gives the status of the answer. */
async function open(
  server: TestServer,
  path: "/ws" | "/api/pnl/stream",
  address: string,
  peers: Deno.TcpConn[],
): Promise<number> {
  const { port } = server.server;
  const [, ...fields] = handshake(port, { "X-Forwarded-For": address });
  const head = path === "/ws" ? fields : [`Host: 127.0.0.1`, `X-Forwarded-For: ${address}`];
  const peer = await rawRequest(port, [`GET ${path} HTTP/1.1`, ...head]);
  peers.push(peer);
  const buffer = new Uint8Array(12);
  let read = 0;
  while (read < 12) read += await soon(peer.read(buffer.subarray(read)), "answer") ?? 12;
  return Number(new TextDecoder().decode(buffer).slice(9, 12));
}

Deno.test("one address has as many streams as it may, on both transports, and the others have theirs", async () => {
  await using server = await startTestServer({
    trustedProxies: ["127.0.0.0/8"],
    hub: { maxPerAddress: 2 },
  });
  await server.collect("1");
  const peers: Deno.TcpConn[] = [];
  const sse = (address: string) => open(server, "/api/pnl/stream", address, peers);
  assert.equal(await open(server, "/ws", "203.0.113.7", peers), 101);
  assert.equal(await sse("203.0.113.7"), 200);
  assert.equal(await sse("203.0.113.7"), 429);
  // What the client itself writes into the header stands further left.
  assert.equal(await sse("198.51.100.9, 203.0.113.7"), 429);
  assert.equal(await sse("203.0.113.8"), 200);
  assert.equal(server.hub.stats().refused.address, 2);
  // A socket is opened to say why: a page learns no status.
  assert.equal(await open(server, "/ws", "203.0.113.7", peers), 101);
  assert.equal(server.hub.stats().refused.address, 3);
  assert.equal(server.hub.stats().connections.websocket, 1);
  peers[0]!.close();
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
  assert.equal(await sse("203.0.113.7"), 200);
  // The proxy's own requests, such as its health checks, are limited by no address.
  for (let n = 0; n < 4; n++) assert.equal(await sse("127.0.0.1"), 200);
  for (const peer of peers.slice(1)) peer.close();
  await until(() => server.hub.stats().connections.sse === 0, "gone");
});

Deno.test("a header of a client that is no trusted proxy is not believed", async () => {
  await using server = await startTestServer({ hub: { maxPerAddress: 1 } });
  await server.collect("1");
  const peers: Deno.TcpConn[] = [];
  for (let n = 0; n < 3; n++) {
    assert.equal(await open(server, "/api/pnl/stream", "203.0.113.7", peers), 200);
  }
  for (const peer of peers) peer.close();
});

Deno.test("streams that are opened too fast are refused with 503 before any socket is open", async () => {
  await using server = await startTestServer({ hub: { handshakesPerSecond: 0.5 } });
  await server.collect("1");
  const peers: Deno.TcpConn[] = [];
  const statuses: number[] = [];
  for (let n = 0; n < 7; n++) statuses.push(await open(server, "/ws", "203.0.113.7", peers));
  assert.deepEqual(statuses, [101, 101, 101, 101, 101, 503, 503]);
  const response = await server.get("/api/pnl/stream");
  assert.equal(response.status, 503);
  assert.match(response.headers.get("retry-after") ?? "", /^[1-6]$/);
  assert.equal((await response.json()).type, "urn:pnl-stream:problem:too-many-handshakes");
  assert.equal(server.hub.stats().refused.handshakes, 3);
  for (const peer of peers) peer.close();
});

Deno.test("a client that sends too many bytes is closed with 4429, and it is counted by itself", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const client = new WebSocketClient(`${server.origin}/ws`);
  await client.next();
  const ping = JSON.stringify({ type: "ping", more: "x".repeat(4_000) });
  for (let n = 0; n < 60; n++) client.send(ping);
  const { code, reason } = await soon(client.closed, "close");
  assert.equal(code, 4429);
  assert.match(reason, /^too_many_bytes retryMs=[1-6]\d{3}$/);
  const { refused } = server.hub.stats();
  assert.deepEqual([refused.bytes, refused.frames], [1, 0]);
});
