import assert from "node:assert/strict";
import { startTestServer, type TestServer, totals } from "./test_server.ts";
import { handshake, rawRequest, soon, until, WebSocketClient } from "./test_streams.ts";

/** A client that has read hello and the first snapshot. */
async function connected(server: TestServer): Promise<WebSocketClient> {
  const client = new WebSocketClient(`${server.origin}/ws`);
  assert.equal((await client.next()).type, "hello");
  assert.equal((await client.next()).type, "snapshot");
  return client;
}

Deno.test("WebSocket says hello, sends the current snapshot at once, then each new one", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const client = new WebSocketClient(`${server.origin}/ws`, ["other", "pnl.v1"]);
  const { epoch } = server.projector;
  assert.deepEqual(await client.next(), {
    type: "hello",
    protocol: "pnl.v1",
    epoch,
    intervalMs: 60_000,
  });
  assert.equal(client.socket.protocol, "pnl.v1");
  const text = await client.nextText();
  const pos = `${epoch}:${server.projector.current()?.offset}`;
  const stored = server.projector.current()?.json.slice(0, -1);
  assert.ok(text.startsWith(`{"type":"snapshot","pos":"${pos}","data":${stored},"served":`));
  server.clock.step(5_000);
  await server.collect("2");
  const final = await client.next();
  assert.equal(final.pos, `${epoch}:${server.projector.finalsAfter(0, 1)[0]?.offset}`);
  assert.match(JSON.stringify((await client.next()).data), /"totalRevenue":"2.00"/);
  await client.close();
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
});

Deno.test("WebSocket repeats the current snapshot each interval", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 100 } });
  await server.collect("1");
  const client = await connected(server);
  const [first, second] = [await client.next(), await client.next()];
  assert.equal(first.pos, second.pos);
  await client.close();
});

Deno.test("WebSocket answers ping with pong and takes acks", async () => {
  await using server = await startTestServer();
  const client = await connected(server);
  client.send({ type: "ack", pos: `${server.projector.epoch}:0` });
  client.send({ type: "ping" });
  assert.deepEqual(await client.next(), { type: "pong" });
  await client.close();
});

Deno.test("WebSocket subscribe sends the finals since a position, then the current", async () => {
  await using server = await startTestServer();
  await server.windows(40);
  const client = await connected(server);
  const finals = server.projector.finalsAfter(0, 100).map(({ offset }) => offset);
  const { epoch } = server.projector;
  client.send({ type: "subscribe", channels: ["pnl"], since: `${epoch}:${finals[2]}` });
  const expected = [...finals.slice(3), server.projector.current()?.offset];
  const got: string[] = [];
  while (got.length < expected.length) got.push((await client.next()).pos ?? "");
  assert.deepEqual(got, expected.map((offset) => `${epoch}:${offset}`));
  client.send({ type: "subscribe", channels: ["pnl"] });
  assert.equal((await client.next()).pos, got.at(-1));
  await client.close();
});

Deno.test("WebSocket fills the gap before it sends anything newer, by subscribe and by since", async () => {
  await using server = await startTestServer();
  await server.windows(20);
  const { projector } = server;
  const finals = projector.finalsAfter(0, 100).map(({ offset }) => offset);
  const since = `${projector.epoch}:${finals[2]}`;
  for (const query of ["", `?since=${since}`]) {
    const client = new WebSocketClient(`${server.origin}/ws${query}`);
    assert.equal((await client.next()).type, "hello");
    // What comes live now is newer than the gap.
    server.clock.step(5_000);
    server.log.append([totals(`7${query.length}`, server.clock.now())]);
    if (query === "") client.send({ type: "subscribe", channels: ["pnl"], since });
    const got: number[] = [];
    const head = 2 * server.log.head().position;
    while (got.at(-1) !== head) {
      got.push(Number((await client.next()).pos?.split(":")[1]));
    }
    const expected = projector.finalsAfter(finals[2] ?? 0, 100).map(({ offset }) => offset);
    assert.deepEqual(got.filter((offset) => offset % 2 === 1), expected, query);
    assert.deepEqual(got, [...got].sort((a, b) => a - b), query);
    await client.close();
  }
  const garbage = new WebSocketClient(`${server.origin}/ws?since=garbage`);
  assert.equal((await garbage.next()).type, "hello");
  assert.equal((await garbage.next()).reason, "invalid");
  await garbage.close();
});

Deno.test("WebSocket sends the first snapshot to a client that says nothing, and but one", async () => {
  await using server = await startTestServer();
  await server.windows(3);
  const client = new WebSocketClient(`${server.origin}/ws`);
  await client.next();
  const from = performance.now();
  client.send({ type: "ping" });
  assert.equal((await client.next()).type, "pong");
  assert.equal((await client.next()).type, "snapshot");
  const waited = performance.now() - from;
  assert.ok(waited < 500, `${waited} ms`);
  const eager = new WebSocketClient(`${server.origin}/ws`);
  await eager.next();
  eager.send({ type: "subscribe", channels: ["pnl"] });
  assert.equal((await eager.next()).type, "snapshot");
  await new Promise((resolve) => setTimeout(resolve, 150));
  eager.send({ type: "ping" });
  assert.equal((await eager.next()).type, "pong");
  await Promise.all([client.close(), eager.close()]);
});

Deno.test("WebSocket subscribe says reset where the gap cannot be filled", async () => {
  await using server = await startTestServer();
  await server.windows(2);
  const client = await connected(server);
  const pos = `${server.projector.epoch}:${server.projector.current()?.offset}`;
  const cases = [
    ["nonsense", "invalid"],
    [`${"f".repeat(16)}:2`, "epoch"],
    [`${server.projector.epoch}:999999`, "ahead"],
  ];
  for (const [since, reason] of cases) {
    client.send({ type: "subscribe", channels: ["pnl"], since });
    assert.deepEqual(await client.next(), { type: "reset", reason, pos });
    assert.equal((await client.next()).pos, pos);
  }
  await client.close();
});

Deno.test("WebSocket says reset rather than send a gap of more finals than it may", async () => {
  await using server = await startTestServer();
  await server.windows(722);
  const client = await connected(server);
  const [first, second] = server.projector.finalsAfter(0, 2);
  const since = (offset: number | undefined) => `${server.projector.epoch}:${offset}`;
  client.send({ type: "subscribe", channels: ["pnl"], since: since(0) });
  assert.equal((await client.next()).reason, "gap");
  assert.equal((await client.next()).type, "snapshot");
  client.send({ type: "subscribe", channels: ["pnl"], since: since(first?.offset) });
  assert.equal((await client.next()).pos, since(second?.offset));
  await client.close();
});

Deno.test("WebSocket closes with 4400 on a bad frame, after saying why", async () => {
  await using server = await startTestServer();
  const bad = ["{", '{"type":"publish"}', new Uint8Array([1, 2]), "x".repeat(5_000)];
  for (const frame of bad) {
    const client = await connected(server);
    client.socket.send(frame);
    const error = await client.next();
    assert.equal(error.type, "error");
    assert.equal(error.code, "bad_frame");
    assert.equal((await soon(client.closed, "close")).code, 4400);
  }
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
});

Deno.test("WebSocket closes with 4429 on too many frames", async () => {
  await using server = await startTestServer();
  const client = await connected(server);
  for (let n = 0; n < 300; n++) client.send({ type: "ping" });
  assert.equal((await soon(client.closed, "close")).code, 4429);
});

Deno.test("WebSocket beyond the limit is closed with 4429", async () => {
  await using server = await startTestServer({ hub: { maxConnections: 1 } });
  const client = await connected(server);
  const second = new WebSocketClient(`${server.origin}/ws`);
  assert.equal((await soon(second.closed, "close")).code, 4429);
  assert.equal(server.hub.stats().connections.websocket, 1);
  await client.close();
});

Deno.test("WebSocket is closed with 1001 and a time to come back after on drain", async () => {
  await using server = await startTestServer({ hub: { random: () => 0.25 } });
  const clients = [await connected(server), await connected(server)];
  assert.equal(await server.server.stop(), true);
  for (const client of clients) {
    assert.deepEqual(await soon(client.closed, "close"), { code: 1001, reason: "retryMs=2250" });
  }
});

Deno.test("WebSocket handshakes from other origins, of other versions or malformed are refused", async () => {
  await using server = await startTestServer({ allowedOrigins: ["https://a.example"] });
  const { port } = server.server;
  const status = async (change: Record<string, string>, method = "GET") => {
    const [, ...fields] = handshake(port, change);
    const connection = await rawRequest(port, [`${method} /ws HTTP/1.1`, ...fields]);
    const buffer = new Uint8Array(4_096);
    const read = await soon(connection.read(buffer), "answer");
    connection.close();
    return Number(new TextDecoder().decode(buffer.subarray(0, read ?? 0)).slice(9, 12));
  };
  assert.equal(await status({}), 101);
  assert.equal(await status({ Upgrade: "WebSocket" }), 101);
  assert.equal(await status({ Origin: `http://127.0.0.1:${port}` }), 101);
  assert.equal(await status({ Origin: "https://a.example" }), 101);
  assert.equal(await status({ Origin: "https://b.example" }), 403);
  assert.equal(await status({ Origin: "null" }), 403);
  assert.equal(await status({ "Sec-WebSocket-Version": "7" }), 426);
  assert.equal(await status({ "Sec-WebSocket-Key": "x" }), 400);
  assert.equal(await status({ Connection: "keep-alive" }), 400);
  assert.equal(await status({}, "HEAD"), 426);
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
  const plain = await server.get("/ws");
  assert.equal(plain.status, 426);
  assert.equal(plain.headers.get("upgrade"), "websocket");
  await plain.body?.cancel();
});
