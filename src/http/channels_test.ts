import assert from "node:assert/strict";
import type { SourceStatus } from "../sources/status.ts";
import { startTestServer, type TestServer, totals, workingSource } from "./test_server.ts";
import { handshake, rawRequest, soon, until, WebSocketClient } from "./test_streams.ts";

/** A client that has read hello. */
async function following(server: TestServer, query: string): Promise<WebSocketClient> {
  const client = new WebSocketClient(`${server.origin}/ws?${query}`);
  assert.equal((await client.next()).type, "hello");
  return client;
}

let amount = 0;
function append({ log, clock }: TestServer, count = 1): void {
  log.append(Array.from({ length: count }, () => totals(`${++amount}`, clock.now())));
}

/** Reads so many events, each of which must be the line of its position, spliced. */
async function positions(
  server: TestServer,
  client: WebSocketClient,
  count: number,
  acknowledge = false,
): Promise<number[]> {
  const got: number[] = [];
  while (got.length < count) {
    const text = await client.nextText();
    const position = Number(/^\{"type":"event","position":(\d+),/.exec(text)?.[1]);
    const [stored] = server.log.read({ after: position - 1, limit: 1 });
    assert.equal(text, `{"type":"event","position":${position},"data":${stored?.line}}`);
    got.push(position);
    if (acknowledge) client.send({ type: "ack", position });
  }
  return got;
}

const upTo = (last: number, after = 0) =>
  Array.from({ length: last - after }, (_, i) => after + i + 1);

Deno.test("WebSocket channel events sends what is appended from now on, as stored, and no snapshots", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 20 } });
  append(server, 3);
  const client = await following(server, "channels=events");
  assert.deepEqual(await client.next(), { type: "subscribed", channel: "events", position: 4 });
  append(server, 60);
  assert.deepEqual(await positions(server, client, 60), upTo(64, 4));
  const before = server.hub.stats();
  await new Promise((resolve) => setTimeout(resolve, 150));
  client.send({ type: "ping" });
  assert.equal((await client.next()).type, "pong");
  const { sent, conflated } = server.hub.stats();
  assert.deepEqual([sent, conflated], [0, before.conflated]);
  await client.close();
});

Deno.test("WebSocket channel events goes on after a position, filters, and ends on unsubscribe", async () => {
  await using server = await startTestServer();
  append(server, 5);
  const client = await following(server, "channels=events&after=2");
  assert.equal((await client.next()).position, 2);
  assert.deepEqual(await positions(server, client, 4), upTo(6, 2));
  client.send({
    type: "subscribe",
    channels: ["events"],
    after: 0,
    filter: { source: "/clock", type: "clock.day-started" },
  });
  const refused = await client.next();
  assert.equal(refused.code, "bad_frame");
  await soon(client.closed, "close");
  const other = await following(server, "channels=events");
  const filter = { source: "/clock" };
  other.send({ type: "subscribe", channels: ["events"], after: 0, filter });
  assert.deepEqual([(await other.next()).position, (await other.next()).position], [6, 0]);
  append(server);
  assert.deepEqual(await positions(server, other, 1), [1]);
  other.send({ type: "unsubscribe", channels: ["events"] });
  other.send({ type: "ping" });
  assert.equal((await other.next()).type, "pong");
  server.clock.step(86_400_000);
  append(server);
  other.send({ type: "ping" });
  assert.equal((await other.next()).type, "pong");
  await other.close();
});

Deno.test("WebSocket channel events says reset where the log is shorter, and follows its end", async () => {
  await using server = await startTestServer();
  append(server, 3);
  const client = await following(server, "after=5");
  const reset = { type: "reset", channel: "events", reason: "ahead", position: 4 };
  assert.deepEqual(await client.next(), reset);
  assert.equal(server.hub.stats().resets, 1);
  append(server);
  assert.deepEqual(await positions(server, client, 1), [5]);
  await client.close();
});

Deno.test("WebSocket channels are followed beside each other, and each ends by itself", async () => {
  await using server = await startTestServer();
  append(server, 3);
  const client = new WebSocketClient(`${server.origin}/ws`);
  assert.equal((await client.next()).type, "hello");
  client.send({ type: "subscribe", channels: ["pnl", "events", "sources"] });
  const types = async (count: number) => {
    const got = [];
    while (got.length < count) got.push((await client.next()).type);
    return got.sort();
  };
  // One who is slow to say so has a snapshot before.
  const begun = new Set<string>();
  while (begun.size < 3) begun.add((await client.next()).type);
  assert.deepEqual([...begun].sort(), ["snapshot", "sources", "subscribed"]);
  client.send({ type: "ping" });
  while ((await client.next()).type !== "pong");
  server.clock.step(5_000);
  await server.collect("9999");
  assert.deepEqual(await types(3), ["event", "snapshot", "snapshot"]);
  client.send({ type: "unsubscribe", channels: ["pnl"] });
  client.send({ type: "ping" });
  assert.equal((await client.next()).type, "pong");
  server.clock.step(5_000);
  await server.collect("9998");
  assert.deepEqual(await types(1), ["event"]);
  client.send({ type: "subscribe", channels: ["pnl"] });
  assert.deepEqual(await types(1), ["snapshot"]);
  server.clock.step(5_000);
  await server.collect("9997");
  assert.deepEqual(await types(3), ["event", "snapshot", "snapshot"]);
  await client.close();
  await until(() => server.hub.stats().connections.websocket === 0, "gone");
});

Deno.test("WebSocket follows from the beginning what its address names", async () => {
  await using server = await startTestServer();
  await server.windows(3);
  const { epoch } = server.projector;
  const since = `${epoch}:${server.projector.finalsAfter(0, 1)[0]?.offset}`;
  const first = async (query: string, count: number) => {
    const client = await following(server, query);
    const got: string[] = [];
    while (got.length < count) got.push((await client.next()).type);
    client.send({ type: "ping" });
    assert.equal((await client.next()).type, "pong", query);
    await client.close();
    return got.join(" ");
  };
  assert.equal(await first("channels=sources", 1), "sources");
  assert.equal(await first("channels=pnl", 1), "snapshot");
  assert.equal(await first("channels=pnl,sources", 2), "snapshot sources");
  assert.equal(await first("after=3", 2), "subscribed event");
  const finals = server.projector.finalsAfter(0, 10).length;
  const rest = `subscribed ${"snapshot ".repeat(finals)}event`;
  assert.equal(await first(`since=${since}&after=3`, finals + 2), rest);
  for (const query of ["channels=", "channels=all", "channels=pnl,pnl", "after=-1", "after=x"]) {
    const refused = await rawRequest(server.server.port, [
      `GET /ws?${query} HTTP/1.1`,
      ...handshake(server.server.port).slice(1),
    ]);
    const buffer = new Uint8Array(1_024);
    const read = await soon(refused.read(buffer), "answer");
    assert.match(new TextDecoder().decode(buffer.subarray(0, read ?? 0)), /^HTTP\/1.1 400/, query);
    refused.close();
  }
});

Deno.test("WebSocket channel events is held to a rate without acknowledgements, and to credit with them", async () => {
  await using server = await startTestServer();
  append(server, 3_000);
  const { length } = server.log.read({ after: 2, limit: 1 })[0]?.line ?? "";
  const silent = await following(server, "channels=events&after=0");
  const keen = await following(server, "channels=events&after=0");
  for (const client of [silent, keen]) assert.equal((await client.next()).type, "subscribed");
  const from = performance.now();
  assert.deepEqual(await positions(server, keen, 3_001, true), upTo(3_001));
  const took = performance.now() - from;
  const rate = 3_001 * length / took * 1_000;
  assert.ok(rate > 64 * 1024, `${rate} bytes a second to a peer that acknowledges`);
  silent.socket.close();
  // Frames that came meanwhile are in the client: 64 KB at once, and 32 KB a second.
  let came = 0;
  for (let bytes = 0; bytes >= 0; came++) {
    bytes = (await Promise.race([silent.nextText(), soon(silent.closed, "close").then(() => "")]))
      .length - 1;
  }
  const seconds = (performance.now() - from) / 1_000;
  const most = (64 + 32 * (seconds + 1)) * 1024;
  assert.ok(came * length < most, `${came} events in ${seconds} s without acknowledgement`);
  await keen.close();
});

Deno.test("WebSocket takes acknowledgements of events that it sent, and of no others", async () => {
  await using server = await startTestServer();
  append(server, 3);
  const client = await following(server, "channels=events&after=2");
  assert.equal((await client.next()).type, "subscribed");
  await positions(server, client, 2, true);
  for (const position of [1, 5]) {
    client.send({ type: "ack", position });
    assert.equal((await client.next()).code, "unknown_position");
  }
  client.send({ type: "ack" });
  assert.equal((await client.next()).code, "bad_frame");
});

Deno.test("WebSocket channel events closes with 1011 where the log cannot be read", async () => {
  await using server = await startTestServer();
  append(server, 3);
  const client = await following(server, "channels=events&after=4");
  assert.equal((await client.next()).type, "subscribed");
  const read = server.log.read.bind(server.log);
  server.log.read = (options) => {
    if (options?.limit === 16) throw new Error("disk on fire");
    return read(options);
  };
  append(server);
  assert.equal((await client.next()).code, "internal");
  assert.equal((await soon(client.closed, "close")).code, 1011);
  server.log.read = read;
});

Deno.test("WebSocket channel sources tells breakers and freshness at once, and at each change", async () => {
  const statuses: SourceStatus[] = [];
  await using server = await startTestServer({ statuses });
  const working = workingSource(server.clock);
  statuses.push(working, { ...working, name: "kalshi", state: "not_configured" });
  const client = await following(server, "channels=sources");
  const { breaker, lastSuccessAt } = working;
  const told = { state: "ok", stale: false, lastSuccessAt, breaker };
  assert.deepEqual(await client.next(), { type: "sources", data: { revenue: told } });
  // A poll that went well is no change.
  server.clock.step(5_000);
  const later = new Date(server.clock.now()).toISOString();
  statuses[0] = { ...working, lastSuccessAt: later };
  await new Promise((resolve) => setTimeout(resolve, 600));
  const open = { ...breaker, state: "OPEN" as const, consecutiveFailures: 3 };
  statuses[0] = { ...working, state: "degraded", lastSuccessAt: later, breaker: open };
  const change = { state: "degraded", stale: true, lastSuccessAt: later, breaker: open };
  assert.deepEqual(await client.next(), { type: "sources", data: { revenue: change } });
  statuses[0] = { ...working, lastSuccessAt: later };
  assert.deepEqual((await client.next()).data, { revenue: { ...told, lastSuccessAt: later } });
  // It grows stale by itself.
  server.clock.step(60_000);
  assert.deepEqual(
    (await client.next()).data,
    { revenue: { ...told, stale: true, lastSuccessAt: later } },
  );
  await client.close();
});
