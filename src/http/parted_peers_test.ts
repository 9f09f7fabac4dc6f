import assert from "node:assert/strict";
import { Admission } from "../stream/admission.ts";
import { testKeys } from "../access/testing.ts";
import { RawWebSocket } from "./test_raw_websocket.ts";
import { startTestServer, TestClock } from "./test_server.ts";
import { soon, until, WebSocketClient } from "./test_streams.ts";

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

Deno.test("WebSocket whose key was revoked is not closed while its peer does not read, but left to the ping", async () => {
  const clock = new TestClock();
  await using keys = await testKeys(clock);
  await using server = await startTestServer({
    access: keys.access(),
    hub: { intervalMs: 500, idleSeconds: 5 },
  });
  await server.collect("1");
  const { id, text } = keys.make();
  const answer = await server.get("/api/tickets", {
    method: "POST",
    headers: { authorization: `Bearer ${text}` },
  });
  const { ticket } = await answer.json();
  using peer = await RawWebSocket.connect(server.server.port, `?ticket=${ticket}`);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const pos = (await peer.take(100_000)).find(({ type }) => type === "snapshot")?.pos;
  await peer.send({ type: "ack", pos });
  await until(() => server.hub.stats().late === 1, "late");
  keys.store.revoke(id, server.clock.now());
  await until(() => server.hub.stats().closing === 1, "closing", 8_000);
  await until(() => server.hub.stats().connections.websocket === 0, "gone", 12_000);
  for (let n = 0; n < 100 && peer.closed === null; n++) await peer.take(100_000);
  assert.notEqual(peer.closed?.code, 4401, "it was closed while it did not read");
});

Deno.test("WebSocket whose key was revoked while it listens without a word is told so at last", async () => {
  const clock = new TestClock();
  await using keys = await testKeys(clock);
  await using server = await startTestServer({
    access: keys.access(),
    hub: { intervalMs: 500, idleSeconds: 2 },
  });
  await server.collect("1");
  const { id, text } = keys.make();
  const answer = await server.get("/api/tickets", {
    method: "POST",
    headers: { authorization: `Bearer ${text}` },
  });
  const { ticket } = await answer.json();
  const peer = new WebSocketClient(`${server.origin}/ws?ticket=${ticket}`);
  let pos: unknown;
  while (pos === undefined) pos = (await peer.next()).pos;
  peer.send({ type: "ack", pos });
  await until(() => server.hub.stats().late === 1, "late");
  keys.store.revoke(id, server.clock.now());
  const from = performance.now();
  assert.equal((await soon(peer.closed, "close", 12_000)).code, 4401);
  assert.ok(performance.now() - from > 3_000, "it was closed while it might not have read");
});

Deno.test("Admission counts who was told to go and does not only for its address", () => {
  const admission = new Admission({ maxConnections: 2, maxPerAddress: 2, maxPerKey: 1 }, 0);
  const [here, there] = [{ address: "a", key: "k" }, { address: "b", key: "k" }];
  admission.enter(here);
  assert.equal(admission.refusal(there, 0), "key");
  admission.linger(here);
  assert.equal(admission.refusal(there, 0), null);
  admission.enter(here);
  assert.equal(admission.refusal({ ...here, key: null }, 0), "address");
  admission.vanish(here);
  assert.equal(admission.refusal({ ...here, key: null }, 0), null);
});
