import assert from "node:assert/strict";
import { RawWebSocket } from "./test_raw_websocket.ts";
import { startTestServer } from "./test_server.ts";
import { soon, until, WebSocketClient } from "./test_streams.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("a socket that was told to go counts until it is gone", async () => {
  await using server = await startTestServer({ hub: { maxConnections: 1 } });
  await server.collect("1");
  const peer = await RawWebSocket.connect(server.server.port);
  await pause(150);
  server.hub.sendAway();
  const { closing, connections } = server.hub.stats();
  assert.deepEqual([closing, connections.websocket], [1, 1]);
  const refused = new WebSocketClient(`${server.origin}/ws`);
  assert.equal((await soon(refused.closed, "close")).code, 4429);
  peer[Symbol.dispose]();
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
  assert.equal(server.hub.stats().closing, 0);
});

Deno.test("a peer that does not answer is not closed but left to the ping, which ends it", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 500, idleSeconds: 5 } });
  await server.collect("1");
  using peer = await RawWebSocket.connect(server.server.port);
  await pause(150);
  const pos = (await peer.take(100_000)).find(({ type }) => type === "snapshot")?.pos;
  await peer.send({ type: "ack", pos });
  await until(() => server.hub.stats().late === 1, "late");
  server.hub.sendAway();
  assert.equal(server.hub.stats().closing, 1);
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
  for (let n = 0; n < 100 && peer.closed === null; n++) await peer.take(100_000);
  assert.ok(peer.closed !== null);
  assert.doesNotMatch(peer.closed.reason, /retryMs/, "it was closed while it did not read");
});

Deno.test("a tick is not sent while the position that it repeats is unacknowledged", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 100 } });
  await server.collect("1");
  const client = new WebSocketClient(`${server.origin}/ws`);
  await client.next();
  const { pos } = await client.next();
  // Without acknowledgements ticks come all the same.
  for (let n = 0; n < 3; n++) assert.equal((await client.next()).pos, pos);
  client.send({ type: "ack", pos });
  assert.equal((await client.next()).pos, pos);
  const { sent } = server.hub.stats();
  await pause(1_000);
  assert.ok(server.hub.stats().sent <= sent + 1, "ticks went on");
  client.send({ type: "ack", pos });
  await until(() => server.hub.stats().sent > sent, "sent again");
  await server.collect("2");
  let frame = await client.next();
  while (frame.pos === pos) frame = await client.next();
  assert.match(JSON.stringify(frame.data), /"totalRevenue":"2.00"/);
  await client.close();
});
