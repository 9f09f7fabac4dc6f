import assert from "node:assert/strict";
import { RawWebSocket } from "./test_raw_websocket.ts";
import { startTestServer } from "./test_server.ts";
import { until, WebSocketClient } from "./test_streams.ts";

const IDLE_SECONDS = 2;

Deno.test("WebSocket that was closed and does not answer the close takes no place among those that may be open", async () => {
  await using server = await startTestServer({
    hub: { idleSeconds: IDLE_SECONDS, maxConnections: 2 },
  });
  const { hub } = server;
  const first = new WebSocketClient(`${server.origin}/ws`);
  assert.equal((await first.next()).type, "hello");
  const peer = await RawWebSocket.connect(server.server.port);
  try {
    await peer.send({ type: "publish" });
    await until(() => hub.stats().closing === 1, "closing");
    const full = new WebSocketClient(`${server.origin}/ws`);
    assert.equal((await full.closed).code, 4429);
    await new Promise((resolve) => setTimeout(resolve, 2 * IDLE_SECONDS * 1_000));
    assert.equal(hub.stats().closing, 1);
    const client = new WebSocketClient(`${server.origin}/ws`);
    assert.equal((await client.next()).type, "hello");
    await client.close();
  } finally {
    peer[Symbol.dispose]();
  }
  await until(() => hub.stats().connections.websocket === 1, "gone");
  assert.equal(hub.stats().closing, 0);
  const again = new WebSocketClient(`${server.origin}/ws`);
  assert.equal((await again.next()).type, "hello");
  const more = new WebSocketClient(`${server.origin}/ws`);
  assert.equal((await more.closed).code, 4429, "a place was given back twice");
  await Promise.all([first.close(), again.close()]);
});
