import assert from "node:assert/strict";
import { EventSource } from "eventsource";
import { startTestServer, type TestServer, totals } from "./test_server.ts";
import { rawRequest, SseClient, until } from "./test_streams.ts";

const STREAM = "/api/events/stream";

async function open(server: TestServer, query = "", lastEventId?: string): Promise<SseClient> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  return new SseClient(await server.get(`${STREAM}${query}`, { headers }));
}

/** Appends so many events at once, with amounts that have not been there. */
let amount = 0;
function append({ log, clock }: TestServer, count = 1): void {
  for (let left = count; left > 0; left -= 5_000) {
    const length = Math.min(left, 5_000);
    log.append(Array.from({ length }, () => totals(`${++amount}`, clock.now())));
  }
}

/** Reads so many events, each of which must be the line of its position. */
async function positions(server: TestServer, client: SseClient, count: number): Promise<number[]> {
  const got: number[] = [];
  while (got.length < count) {
    const { event, id, data } = await client.nextData();
    assert.equal(event, "event");
    const position = Number(id);
    const [stored] = server.log.read({ after: position - 1, limit: 1 });
    assert.equal(data, stored?.line);
    got.push(position);
  }
  return got;
}

const upTo = (last: number, after = 0) =>
  Array.from({ length: last - after }, (_, i) => after + i + 1);

Deno.test("GET /api/events/stream sends what is appended from now on, as stored, with its position", async () => {
  await using server = await startTestServer();
  append(server, 3);
  const response = await server.get(STREAM);
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assert.equal(response.headers.get("x-accel-buffering"), "no");
  const client = new SseClient(response);
  const first = await client.next();
  assert.match(first?.retry ?? "", /^\d{4}$/);
  // Who is cut off before anything came knows where it was.
  assert.equal(first?.id, "4");
  append(server);
  append(server, 100);
  assert.deepEqual(await positions(server, client, 101), upTo(105, 4));
  await client.close();
  await until(() => server.hub.stats().connections.sse === 0, "gone");
});

Deno.test("GET /api/events/stream goes on after a position, of the header rather than the query", async () => {
  await using server = await startTestServer();
  append(server, 2_500);
  const begun = await open(server, "?after=0");
  assert.deepEqual(await positions(server, begun, 2_501), upTo(2_501));
  append(server, 2);
  assert.deepEqual(await positions(server, begun, 2), [2_502, 2_503]);
  const resumed = await open(server, "?after=7", "2501");
  assert.deepEqual(await positions(server, resumed, 2), [2_502, 2_503]);
  const atEnd = await open(server, "", "2503");
  append(server);
  assert.deepEqual(await positions(server, atEnd, 1), [2_504]);
  await Promise.all([begun, resumed, atEnd].map((client) => client.close()));
});

Deno.test("GET /api/events/stream filters, and its position goes on where nothing matches", async () => {
  await using server = await startTestServer({ hub: { keepAliveMs: 50 } });
  append(server, 2);
  const clock = await open(server, "?source=/clock&after=0");
  const totals = await open(
    server,
    "?type=pnl.revenue.totals.observed.v1&subject=totals&source=/revenue",
    "1",
  );
  assert.deepEqual(await positions(server, clock, 1), [1]);
  assert.deepEqual(await positions(server, totals, 2), [2, 3]);
  append(server, 50);
  assert.deepEqual(await positions(server, totals, 50), upTo(53, 3));
  let position = "";
  for (let quiet = 0; position !== "53"; quiet++) {
    assert.ok(quiet < 20, `still at ${position}`);
    const alive = await clock.next();
    assert.equal(alive?.comment, "alive");
    assert.equal(alive?.data, undefined);
    position = alive?.id ?? "";
  }
  server.clock.step(86_400_000);
  append(server);
  assert.deepEqual(await positions(server, clock, 1), [54]);
  await Promise.all([clock.close(), totals.close()]);
});

Deno.test("GET /api/events/stream says reset where the position is none of this log, and follows its end", async () => {
  await using server = await startTestServer();
  append(server, 3);
  for (const [named, reason] of [["5", "ahead"], ["x", "invalid"], ["-1", "invalid"]] as const) {
    const client = await open(server, "", named);
    const head = server.log.head().position;
    const reset = await client.nextData();
    assert.equal(reset.event, "reset");
    assert.deepEqual(JSON.parse(reset.data), { reason, position: head });
    append(server);
    assert.deepEqual(await positions(server, client, 1), [head + 1]);
    await client.close();
  }
  const ahead = await open(server, "?after=99");
  assert.equal(JSON.parse((await ahead.nextData()).data).reason, "ahead");
  await ahead.close();
  assert.equal(server.hub.stats().resets, 4);
});

Deno.test("GET /api/events/stream refuses what it does not know", async () => {
  await using server = await startTestServer();
  for (const query of ["?limit=3", "?after=-1", "?source=/x", "?type=x", "?subject="]) {
    const response = await server.get(STREAM + query);
    assert.equal(response.status, 400, query);
    await response.body?.cancel();
  }
  const head = await server.get(STREAM, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), null);
  assert.equal(server.hub.stats().connections.sse, 0);
});

Deno.test("GET /api/events/stream counts as a connection, and is given no snapshots", async () => {
  await using server = await startTestServer({ hub: { maxConnections: 1, intervalMs: 20 } });
  const client = await open(server);
  await client.next();
  assert.equal(server.hub.stats().connections.sse, 1);
  const refused = await server.get(STREAM);
  assert.equal(refused.status, 503);
  await refused.body?.cancel();
  append(server);
  await positions(server, client, 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { sent, conflated } = server.hub.stats();
  assert.deepEqual([sent, conflated], [0, 0]);
  await client.close();
});

Deno.test("GET /api/events/stream ends on drain with a time to come back after", async () => {
  await using server = await startTestServer({ hub: { random: () => 0.5 } });
  const client = await open(server);
  await client.next();
  const stopping = server.server.stop();
  assert.equal((await client.next())?.retry, "3500");
  assert.equal(await client.next(), null);
  assert.equal(await stopping, true);
});

Deno.test("a reader of events that stalls loses nothing, and nothing piles up for it", async () => {
  await using server = await startTestServer();
  append(server, 20_000 - 1 - server.log.head().position);
  let read = 0;
  const { log } = server;
  const counted = log.read.bind(log);
  const { port } = server.server;
  const peer = await rawRequest(port, [`GET ${STREAM}?after=0 HTTP/1.1`, "Host: 127.0.0.1"]);
  log.read = (options) => {
    const lines = counted(options);
    // The projection reads greater pages.
    if (options?.limit === 32) read += lines.length;
    return lines;
  };
  let before = -1;
  await until(() => {
    const still = read === before && read > 0;
    before = read;
    return still;
  }, "stalled");
  const whileStalled = read;
  append(server, 500);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(read, whileStalled, "what is appended was read for a reader that stalls");
  assert.ok(read < 19_000, `${read} lines were read`);
  const head = log.head().position;
  const seen: number[] = [];
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(256 * 1024);
  let text = "";
  while (seen.at(-1) !== head) {
    text += decoder.decode(buffer.subarray(0, await peer.read(buffer) ?? assert.fail("ended")));
    const whole = text.lastIndexOf("\n\n");
    for (const [, id] of text.slice(0, whole).matchAll(/event: event\nid: (\d+)\n/g)) {
      seen.push(Number(id));
    }
    text = text.slice(whole);
  }
  assert.deepEqual(seen, upTo(head));
  peer.close();
  await until(() => server.hub.stats().connections.sse === 0, "gone");
});

Deno.test("a log that cannot be read ends its streams, which come back to where they were", async () => {
  await using server = await startTestServer();
  append(server, 3);
  const client = await open(server, "?after=2");
  assert.deepEqual(await positions(server, client, 2), [3, 4]);
  const read = server.log.read.bind(server.log);
  server.log.read = (options) => {
    if (options?.limit === 32) throw new Error("disk on fire");
    return read(options);
  };
  append(server);
  const last = await client.next();
  assert.match(last?.retry ?? "", /^\d{4}$/);
  assert.equal(await client.next(), null);
  assert.equal(server.hub.stats().connections.sse, 0);
  server.log.read = read;
  const back = await open(server, "", "4");
  assert.deepEqual(await positions(server, back, 1), [5]);
  await back.close();
});

Deno.test("an EventSource that saw no event comes back to where it was", async () => {
  await using server = await startTestServer({ hub: { random: () => 0 } });
  append(server, 3);
  const source = new EventSource(`${server.origin}${STREAM}`);
  const seen: string[] = [];
  source.addEventListener("event", ({ lastEventId }) => seen.push(lastEventId));
  await until(() => source.readyState === EventSource.OPEN, "open");
  await until(() => server.hub.stats().connections.sse === 1, "there");
  server.hub.sendAway();
  await until(() => server.hub.stats().connections.sse === 0, "sent away");
  append(server, 2);
  await until(() => seen.length === 2, "both events");
  assert.deepEqual(seen, ["5", "6"]);
  source.close();
  await until(() => server.hub.stats().connections.sse === 0, "gone");
});
