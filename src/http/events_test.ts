import assert from "node:assert/strict";
import { reached } from "../projection/testing.ts";
import { startTestServer, type TestServer, totals } from "./test_server.ts";

/** A server whose log holds `count` observations besides the day's start. */
async function withEvents(count: number): Promise<TestServer> {
  const server = await startTestServer();
  const batch = Array.from({ length: count }, (_, i) => totals(`${i + 1}`, server.clock.now()));
  for (let at = 0; at < count; at += 1_000) server.log.append(batch.slice(at, at + 1_000));
  // The projection reads the log too; a test that counts what is read waits until it has.
  await reached(server.projector, server.log.head().position, 20_000);
  return server;
}

Deno.test("GET /api/events gives lines as stored, a page at a time", async () => {
  await using server = await withEvents(10);
  const first = await server.get("/api/events?limit=4");
  assert.equal(first.headers.get("content-type"), "application/json; charset=utf-8");
  const stored = server.log.read({ limit: 4 }).map(({ line }) => line);
  assert.equal(await first.text(), `{"items":[${stored.join(",")}],"nextAfter":4}`);
  const link = /^<(.+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
  assert.equal(link, "/api/events?limit=4&after=4");
  const rest = await (await server.get(link.replace("limit=4", "limit=1000"))).json();
  assert.equal(rest.items.length, 7);
  assert.equal(rest.nextAfter, null);
});

Deno.test("GET /api/events gives no next page where the last is exactly full", async () => {
  await using server = await withEvents(3);
  const response = await server.get("/api/events?limit=4");
  const body = await response.json();
  assert.equal(body.items.length, 4);
  assert.equal(body.nextAfter, null);
  assert.equal(response.headers.get("link"), null);
});

Deno.test("GET /api/events filters by each parameter", async () => {
  await using server = await withEvents(2);
  const before = new Date(server.clock.now() + 1).toISOString();
  server.clock.step(60_000);
  server.log.append([totals("99", server.clock.now())]);
  const count = async (query: string) =>
    (await (await server.get(`/api/events?${query}`)).json()).items.length;
  assert.equal(await count(""), 4);
  assert.equal(await count("source=/clock"), 1);
  assert.equal(await count("source=/kalshi"), 0);
  assert.equal(await count("type=pnl.revenue.totals.observed.v1"), 3);
  assert.equal(await count("subject=totals"), 3);
  assert.equal(await count(`from=${before}`), 1);
  assert.equal(await count(`source=/revenue&to=${before}`), 2);
  assert.equal(await count(`recordedFrom=${before}`), 1);
  assert.equal(await count(`recordedTo=${before}`), 3);
  assert.equal(await count("from=2026-11-23"), 0);
  assert.equal(await count("after=3"), 1);
  assert.equal(await count("after=4"), 0);
});

Deno.test("GET /api/events serves a CloudEvents batch", async () => {
  await using server = await withEvents(2);
  const response = await server.get("/api/events", {
    headers: { accept: "application/cloudevents-batch+json" },
  });
  assert.equal(response.headers.get("content-type"), "application/cloudevents-batch+json");
  const batch = await response.json();
  assert.equal(batch.length, 3);
  assert.equal(batch[2].specversion, "1.0");
});

Deno.test("GET /api/events streams a large log as NDJSON, line for line as stored", async () => {
  await using server = await withEvents(3_000);
  const accept = { headers: { accept: "application/x-ndjson" } };
  const response = await server.get("/api/events", accept);
  assert.equal(response.headers.get("content-type"), "application/x-ndjson");
  const stored = server.log.read({ limit: 10_000 }).map(({ line }) => `${line}\n`).join("");
  assert.equal(await response.text(), stored);
  const some = await (await server.get("/api/events?after=500&limit=2000", accept)).text();
  const lines = some.trimEnd().split("\n").map((line) => Number(JSON.parse(line).sequence));
  assert.equal(lines.length, 2_000);
  assert.deepEqual([lines[0], lines.at(-1)], [501, 2_500]);
});

Deno.test("GET /api/events as NDJSON reads only as fast as the client takes it", async () => {
  await using server = await withEvents(20_000);
  let read = 0;
  const { log } = server;
  const counted = log.read.bind(log);
  log.read = (options) => {
    const lines = counted(options);
    read += lines.length;
    return lines;
  };
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.server.port });
  await connection.write(new TextEncoder().encode(
    "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/x-ndjson\r\n\r\n",
  ));
  await settled(() => read);
  const whileStalled = read;
  assert.ok(whileStalled > 0 && whileStalled < 20_000, `${whileStalled} of 20,001 lines read`);
  await drain(connection, () => read === 20_001);
  connection.close();
});

Deno.test("GET /api/events/:position gives one event, which does not change", async () => {
  await using server = await withEvents(2);
  const response = await server.get("/api/events/3");
  assert.equal(
    response.headers.get("content-type"),
    "application/cloudevents+json; charset=utf-8",
  );
  const etag = response.headers.get("etag") ?? "";
  assert.equal(await response.text(), server.log.read({ after: 2, limit: 1 })[0]?.line);
  const again = await server.get("/api/events/3", { headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
  for (const path of ["0", "4", "99999999999999999", "x", "-1", "1.5"]) {
    const missing = await server.get(`/api/events/${path}`);
    assert.equal(missing.status, 404, path);
    await missing.body?.cancel();
  }
});

/** Waits until a figure has not moved for a while. */
async function settled(figure: () => number): Promise<void> {
  for (let last = -1, rounds = 0; last !== figure() && rounds < 50; rounds++) {
    last = figure();
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** Reads from a connection until something holds. */
async function drain(connection: Deno.Conn, until: () => boolean): Promise<void> {
  const buffer = new Uint8Array(256 * 1024);
  while (!until()) assert.ok(await connection.read(buffer) !== null);
}
