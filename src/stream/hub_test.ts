import assert from "node:assert/strict";
import { startTestServer, totals } from "../http/test_server.ts";
import { soon, SseClient, until, WebSocketClient } from "../http/test_streams.ts";
import type { Frame } from "../projection/frame.ts";
import type { Broadcast } from "./broadcast.ts";
import { ANYONE } from "./holder.ts";
import { Hub } from "./hub.ts";
import type { Subscriber } from "./subscriber.ts";
import { AT_REST, frameAt } from "./test_scene.ts";

/** A subscriber that keeps what it is offered. */
function recorder(): Subscriber & { readonly offsets: number[]; readonly texts: string[] } {
  const offsets: number[] = [];
  const texts: string[] = [];
  return {
    transport: "sse",
    offsets,
    texts,
    offer(broadcast: Broadcast) {
      offsets.push(broadcast.frame.offset);
      texts.push(broadcast.webSocketText);
    },
    keepAlive() {},
    drain() {},
  };
}

Deno.test("Hub gives every subscriber of many each final, in order, and dresses a broadcast once", async () => {
  await using server = await startTestServer();
  const { projector } = server;
  let served = 0;
  const serve = () => `{"n":${++served}}`;
  const empty = () => assert.fail("The log is not empty");
  const hub = new Hub({ projection: projector, serve, empty, intervalMs: 60_000 });
  await server.collect("0.5");
  hub.start();
  const subscribers = Array.from({ length: 1_200 }, recorder);
  for (const subscriber of subscribers) hub.add(subscriber);
  await server.windows(10);
  const last = projector.current()?.offset;
  const finals = projector.finalsAfter(0, 100).map(({ offset }) => offset);
  await until(() => subscribers.every(({ offsets }) => offsets.at(-1) === last), "all served");
  const [first] = subscribers;
  assert.ok(first !== undefined);
  for (const { offsets, texts } of subscribers) {
    assert.deepEqual(offsets, [...offsets].sort((a, b) => a - b));
    assert.deepEqual(offsets.filter((offset) => offset % 2 === 1), finals);
    assert.deepEqual(texts, first.texts);
  }
  assert.ok(served <= 22, `${served} broadcasts were dressed for 10 finals`);
  await hub.drain(0);
});

Deno.test("Hub says what it could not offer: finals that came while a broadcast to many was under way", async () => {
  const finals = Array.from({ length: 400 }, (_, at) => frameAt(2 * at + 1));
  const tell: ((frame: Frame) => void)[] = [];
  const hub = new Hub({
    projection: {
      ...AT_REST,
      current: () => finals.at(-1)!,
      streamed: () => finals.at(-1)!,
      finalsAfter: () => [],
      subscribe: (listener) => {
        tell.push(listener);
        return () => {};
      },
    },
    serve: () => "{}",
    empty: () => assert.fail("There are snapshots"),
    intervalMs: 60_000,
  });
  hub.start();
  const told: (number | "missed")[] = [];
  const last = recorder();
  for (let at = 0; at < 600; at++) hub.add(recorder());
  hub.add({
    ...last,
    missed: () => told.push("missed"),
    offer: ({ frame }) => told.push(frame.offset),
  });
  for (const frame of finals) tell[0]?.(frame);
  await until(() => told.at(-1) === 799, "all offered");
  const gaps = told.filter((offset, at) => {
    const before = told[at - 1];
    return typeof offset === "number" && typeof before === "number" && offset !== before + 2;
  });
  assert.deepEqual(gaps, []);
  assert.equal(told.filter((each) => each === "missed").length, 1);
  await hub.drain(0);
});

Deno.test("Hub lets go a subscriber that fails, and the others go on", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const good = recorder();
  const bad = {
    ...recorder(),
    offer() {
      throw new Error("broken");
    },
  };
  server.hub.add(bad);
  server.hub.add(good);
  assert.equal(server.hub.stats().connections.sse, 2);
  server.clock.step(5_000);
  await server.collect("2");
  await until(() => good.offsets.length === 2, "served");
  assert.equal(server.hub.stats().connections.sse, 1);
  server.hub.release(good);
  server.hub.release(good);
  assert.equal(server.hub.stats().connections.sse, 0);
});

Deno.test("Hub shares the current snapshot among those who come together, until a newer one is there", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const current = server.hub.current();
  assert.equal(server.hub.current(), current);
  server.clock.step(5_000);
  await server.collect("2");
  assert.notEqual(server.hub.current(), current);
  assert.equal(server.hub.current().frame.offset, server.projector.current()?.offset);
});

Deno.test("Hub.drain() admits nobody any more", async () => {
  await using server = await startTestServer();
  assert.equal(server.hub.refusal(ANYONE), null);
  await server.hub.drain(0);
  assert.equal(server.hub.refusal(ANYONE), "draining");
  const response = await server.get("/readyz");
  assert.equal(response.status, 503);
  assert.equal((await response.json()).reason, "draining");
});

Deno.test("Hub.sendAway() tells everybody to come back, and goes on", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const socket = new WebSocketClient(`${server.origin}/ws`, ["pnl.v1"]);
  assert.equal((await socket.next()).type, "hello");
  const { pos } = await socket.next();
  const events = new SseClient(await server.get("/api/pnl/stream"));
  assert.equal((await events.nextData()).id, pos);
  server.hub.sendAway();
  const { code, reason } = await socket.closed;
  assert.equal(code, 1001);
  assert.match(reason, /^retryMs=[1-6]\d{3}$/);
  const last = await events.next();
  assert.match(last?.retry ?? "", /^[1-6]\d{3}$/);
  assert.equal(await events.next(), null);
  await until(() => server.hub.stats().connections.websocket === 0, "left");
  assert.deepEqual(server.hub.stats().connections, { websocket: 0, sse: 0 });
  assert.equal(server.hub.draining, false);
  const back = new WebSocketClient(`${server.origin}/ws?since=${pos}`, ["pnl.v1"]);
  assert.deepEqual([(await back.next()).type, (await back.next()).pos], ["hello", pos]);
  await server.windows(1);
  assert.equal((await back.next()).type, "snapshot");
  await back.close();
});

Deno.test("Hub.sendAway() ends a broadcast that is under way: who comes after gets nothing of it", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const first = { ...recorder(), offer: () => begin() };
  const early = Array.from({ length: 1_200 }, recorder);
  for (const subscriber of [first, ...early]) server.hub.add(subscriber);
  server.log.append([totals("2", server.clock.now())]);
  // Comes back after the first burst, before the next one.
  await begun;
  assert.ok(early[0]!.offsets.length > 0);
  assert.equal(early.at(-1)!.offsets.length, 0, "the broadcast was not under way any more");
  for (const subscriber of [first, ...early]) server.hub.mute(subscriber);
  server.hub.sendAway();
  const late = recorder();
  server.hub.add(late);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(late.offsets, []);
});

Deno.test("Hub.sendAway() reaches a WebSocket that is not open yet", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const socket = new WebSocketClient(`${server.origin}/ws`, ["pnl.v1"]);
  // Taken in with the request, and open a little later.
  await until(() => {
    if (server.hub.stats().connections.websocket === 0) return false;
    server.hub.sendAway();
    return true;
  }, "taken in");
  assert.equal((await soon(socket.closed, "close")).code, 1001);
});

Deno.test("Hub.drain() gets over clients that are found gone as they are told to go", async () => {
  for (let round = 0; round < 12; round++) {
    await using server = await startTestServer();
    await server.collect("1");
    const readers: ReadableStreamDefaultReader<string>[] = [];
    for (const path of ["/api/pnl/stream", "/api/events/stream"]) {
      for (let i = 0; i < 6; i++) {
        const { body } = await server.get(path);
        const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
        readers.push(reader);
        void (async () => {
          while (!(await reader.read()).done);
        })();
      }
    }
    assert.equal(server.hub.stats().connections.sse, 12);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all(readers.map((reader) => reader.cancel()));
    // The server has not noticed: it does when it writes to them.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await server.hub.drain(1_000);
    assert.deepEqual(server.hub.stats().connections, { websocket: 0, sse: 0 });
  }
});
