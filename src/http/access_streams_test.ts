import assert from "node:assert/strict";
import type { KeyStore } from "../access/key_store.ts";
import { testKeys } from "../access/testing.ts";
import { soon, SseClient, until, WebSocketClient } from "./test_streams.ts";
import {
  startTestServer,
  TestClock,
  type TestServer,
  type TestServerOptions,
} from "./test_server.ts";

/** Longer than it takes until a stream was first asked whether it may go on. */
const ASKED_MS = 2_500;
/** How long the end of a key may take to be seen. */
const SEEN_MS = 10_000;

async function start(options: TestServerOptions = {}) {
  const clock = new TestClock();
  const keys = await testKeys(clock);
  const server = await startTestServer({ access: keys.access(), ...options });
  await server.collect("1");
  return {
    clock,
    keys,
    server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await keys[Symbol.asyncDispose]();
    },
  };
}

async function ticketOf(server: TestServer, key: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await server.get("/api/tickets", { method: "POST", headers });
  assert.equal(response.status, 200);
  const { ticket, expiresAt } = await response.json();
  assert.equal(Date.parse(expiresAt), server.clock.now() + 30_000);
  return ticket;
}

/** Opens `/ws` with a ticket of a key. */
async function follow(server: TestServer, key: string, query = ""): Promise<WebSocketClient> {
  const ticket = await ticketOf(server, key);
  return new WebSocketClient(`${server.origin}/ws?ticket=${ticket}${query}`, ["pnl.v1"]);
}

async function openSse(server: TestServer, path: string, key: string): Promise<SseClient> {
  const response = await server.get(path, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(response.status, 200);
  return new SseClient(response);
}

/** Waits until an event stream ends. */
async function ended(client: SseClient): Promise<void> {
  while (await client.next() !== null);
}

/** Ends a key in a way of its own, while three streams of it and one of another are open. */
async function endsStreams(end: (clock: TestClock, store: KeyStore, id: string) => void) {
  await using scene = await start();
  const { server, keys } = scene;
  const expiresAt = server.clock.now() + 60_000;
  const { id, text } = keys.make({ scopes: ["audit"], expiresAt });
  const socket = await follow(server, text);
  const snapshots = await openSse(server, "/api/pnl/stream", text);
  const events = await openSse(server, "/api/events/stream", text);
  const stays = await follow(server, keys.make().text);
  await stays.next();
  await socket.next();
  await until(() => server.hub.stats().connections.sse === 2, "open");
  await new Promise((resolve) => setTimeout(resolve, ASKED_MS));
  end(scene.clock, keys.store, id);
  const { code, reason } = await soon(socket.closed, "close", SEEN_MS);
  assert.deepEqual([code, reason], [4401, "unauthorized"]);
  await soon(Promise.all([ended(snapshots), ended(events)]), "end", SEEN_MS);
  await until(() => server.hub.stats().connections.websocket === 1, "gone", SEEN_MS);
  assert.equal(stays.socket.readyState, WebSocket.OPEN);
  await stays.close();
}

Deno.test("revoking a key ends its streams within seconds, and nobody else's", async () => {
  await endsStreams((clock, store, id) => store.revoke(id, clock.now()));
});

Deno.test("the streams of a key end when it expires", async () => {
  await endsStreams((clock) => clock.step(60_000));
});

Deno.test("signing out ends the streams of the session", async () => {
  await using scene = await start();
  const { server, keys } = scene;
  const signedIn = await server.get("/api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key: keys.make().text }),
  });
  const cookie = signedIn.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  const client = new SseClient(await server.get("/api/pnl/stream", { headers: { cookie } }));
  const asked = await server.get("/api/tickets", { method: "POST", headers: { cookie } });
  const { ticket } = await asked.json();
  const socket = new WebSocketClient(`${server.origin}/ws?ticket=${ticket}`, ["pnl.v1"]);
  await socket.next();
  await client.nextData();
  await server.get("/api/session", { method: "DELETE", headers: { cookie } });
  assert.equal((await soon(socket.closed, "close", SEEN_MS)).code, 4401);
  await soon(ended(client), "end", SEEN_MS);
});

Deno.test("a ticket opens one stream, of any kind, and nothing else", async () => {
  await using scene = await start();
  const { server, keys } = scene;
  const { text } = keys.make({ scopes: ["audit"] });
  const statusOf = async (path: string) => {
    const response = await server.get(path);
    await response.body?.cancel();
    return response.status;
  };
  for (const path of ["/api/pnl/stream", "/api/events/stream"]) {
    const ticket = await ticketOf(server, text);
    assert.equal(await statusOf(`${path}?ticket=${ticket}`), 200);
    assert.equal(await statusOf(`${path}?ticket=${ticket}`), 401, "used");
  }
  const kept = await ticketOf(server, text);
  const head = await server.get(`/api/pnl/stream?ticket=${kept}`, { method: "HEAD" });
  assert.equal(head.status, 401, "a ticket is taken by GET alone");
  assert.equal(await statusOf(`/api/pnl/stream?ticket=${kept}`), 200, "HEAD does not use it up");
  const socket = await follow(server, text);
  assert.equal((await socket.next()).type, "hello");
  await socket.close();
  const ticket = await ticketOf(server, text);
  assert.equal(await statusOf(`/api/pnl/current?ticket=${ticket}`), 401);
  assert.equal(await statusOf("/api/pnl/stream?ticket=nonsense"), 401);
  const reader = await ticketOf(server, keys.make().text);
  assert.equal(
    await statusOf(`/api/events/stream?ticket=${reader}`),
    403,
    "it may what its key may",
  );
  const { id, text: soonGone } = keys.make();
  const late = await ticketOf(server, soonGone);
  keys.store.revoke(id, server.clock.now());
  assert.equal(await statusOf(`/api/pnl/stream?ticket=${late}`), 401);
});

Deno.test("the channel events needs the scope audit, in the address and in a frame", async () => {
  await using scene = await start();
  const { server, keys } = scene;
  const reader = await follow(server, keys.make().text, "&after=0");
  assert.equal((await reader.next()).type, "hello");
  assert.equal((await reader.next()).code, "forbidden");
  reader.send({ type: "subscribe", channels: ["sources"] });
  assert.equal((await reader.next()).type, "sources");
  await reader.close();
  const auditor = await follow(
    server,
    keys.make({ scopes: ["audit"] }).text,
    "&after=0&channels=events",
  );
  const types = [await auditor.next(), await auditor.next(), await auditor.next()];
  assert.ok(types.some(({ type }) => type === "event"), JSON.stringify(types));
  await auditor.close();
});

Deno.test("one key has as many streams as it may, on both transports, and the others have theirs", async () => {
  await using scene = await start({ hub: { maxPerKey: 2 } });
  const { server, keys } = scene;
  const { text } = keys.make();
  const first = await follow(server, text);
  await first.next();
  const second = await openSse(server, "/api/pnl/stream", text);
  const refused = await server.get("/api/pnl/stream", {
    headers: { authorization: `Bearer ${text}` },
  });
  assert.equal(refused.status, 429);
  assert.equal((await refused.json()).type, "urn:pnl-stream:problem:too-many-of-key");
  assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
  const told = await soon((await follow(server, text)).closed, "close");
  assert.equal(told.code, 4429);
  assert.match(told.reason, /^too_many_of_key retryMs=[1-6]\d{3}$/);
  assert.equal(server.hub.stats().refused.key, 2);
  const other = await openSse(server, "/api/pnl/stream", keys.make().text);
  await first.close();
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
  const third = await openSse(server, "/api/pnl/stream", text);
  await Promise.all([second.close(), third.close(), other.close()]);
});
