import assert from "node:assert/strict";
import { RawWebSocket } from "../http/test_raw_websocket.ts";
import { until } from "../http/test_streams.ts";
import { MAX_BUFFERED_BYTES, PacedSocket } from "./paced_socket.ts";

const FRAME = JSON.stringify("x".repeat(32 * 1024));

Deno.test("PacedSocket waits while too much waits in the process, and looks again each time it is asked", async () => {
  const { promise: opened, resolve } = Promise.withResolvers<WebSocket>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.onopen = () => resolve(socket);
    return response;
  });
  const peer = await RawWebSocket.connect(server.addr.port);
  const line = new PacedSocket(await opened, 2_000);
  // Far apart, so that the rate is no reason to wait.
  let now = performance.now();
  const waitMs = () => line.waitMs(FRAME.length, now += 10_000);
  for (let offset = 0; waitMs() === 0; offset++) {
    assert.ok(offset < 2_000, "64 MB went to a peer that does not read");
    line.send(FRAME, FRAME.length, "pnl", offset, now);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { bufferedBytes } = line;
  assert.ok(bufferedBytes > MAX_BUFFERED_BYTES);
  assert.ok(bufferedBytes < MAX_BUFFERED_BYTES + 3 * FRAME.length, `${bufferedBytes} bytes wait`);
  for (let again = 0; again < 3; again++) {
    assert.equal(waitMs(), 250);
    assert.equal(line.wordWaitMs(10, now), 250);
  }
  while (line.bufferedBytes > 0) await peer.take(1024 * 1024);
  await until(() => waitMs() === 0, "room again");
  peer[Symbol.dispose]();
  await server.shutdown();
});
