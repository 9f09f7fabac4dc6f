import assert from "node:assert/strict";
import { startTestServer } from "../http/test_server.ts";
import { soon } from "../http/test_streams.ts";
import { SourceWatch } from "./source_watch.ts";
import { WebSocketSubscriber } from "./websocket_subscriber.ts";

Deno.test("WebSocketSubscriber keeps nothing that is offered before its socket is open", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const { hub } = server;
  const socket = new WebSocket(`${server.origin.replace("http", "ws")}/ws`);
  const feeds = {
    events: null,
    mayReadEvents: true,
    sources: new SourceWatch(() => [], server.clock),
    writerAddress: () => null,
  };
  const subscriber = new WebSocketSubscriber(hub, socket, null, feeds);
  assert.equal(socket.readyState, WebSocket.CONNECTING);
  subscriber.offer(hub.current(), performance.now());
  subscriber.closed();
  assert.equal(hub.stats().conflated, 0, "it was kept until it was given up");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onopen = () => socket.close();
  await soon(closed, "close");
});
