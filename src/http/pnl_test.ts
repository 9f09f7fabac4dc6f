import assert from "node:assert/strict";
import { SNAPSHOT } from "../pnl/snapshot_schema.ts";
import { startTestServer } from "./test_server.ts";

Deno.test("GET /api/pnl/current serves the default from an empty log and says so", async () => {
  await using server = await startTestServer();
  const response = await server.get("/api/pnl/current");
  assert.equal(response.status, 200);
  const { served, ...snapshot } = await response.json();
  assert.equal(served.from, "default");
  assert.equal(SNAPSHOT.parse(snapshot).quality.complete, false);
});

Deno.test("GET /api/pnl/current splices served into the snapshot as the fold made it", async () => {
  await using server = await startTestServer();
  await server.collect("12.34");
  const response = await server.get("/api/pnl/current");
  const text = await response.text();
  const frame = server.projector.current();
  assert.ok(frame !== null);
  assert.ok(text.startsWith(frame.json.slice(0, -1)));
  const { served, ...snapshot } = JSON.parse(text);
  assert.equal(SNAPSHOT.parse(snapshot).metrics.totalRevenue, "12.34");
  assert.match(served.from, /^(memory|sqlite)$/);
  assert.equal(served.pos, `${server.projector.epoch}:${frame.offset}`);
  assert.equal(response.headers.get("etag"), `W/"${served.pos}"`);
  assert.equal(response.headers.get("cache-control"), "private, no-cache");
  assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
});

Deno.test("GET /api/pnl/current answers 304 until something is folded", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const etag = (await (await drained(server.get("/api/pnl/current"))).headers).get("etag") ?? "";
  for (const given of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
    const again = await drained(
      server.get("/api/pnl/current", { headers: { "if-none-match": given } }),
    );
    assert.equal(again.status, 304, given);
    assert.equal(again.headers.get("etag"), etag);
  }
  server.clock.step(100);
  await server.collect("2");
  const next = await server.get(`/api/pnl/current?minPosition=${server.log.head().position}`, {
    headers: { "if-none-match": etag },
  });
  assert.equal(next.status, 200);
  assert.equal((await next.json()).metrics.totalRevenue, "2.00");
});

Deno.test("GET /api/pnl/current?minPosition waits for the event and then answers with it", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const target = server.log.head().position + 1;
  const waiting = server.get(`/api/pnl/current?minPosition=${target}`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await server.collect("2");
  const response = await waiting;
  assert.equal(response.status, 200);
  assert.ok((await response.json()).position >= target);
});

Deno.test("GET /api/pnl/current?minPosition gives up after 5 s with 504", async () => {
  await using server = await startTestServer();
  const started = performance.now();
  const response = await server.get("/api/pnl/current?minPosition=999");
  const problem = await response.json();
  assert.equal(response.status, 504);
  assert.equal(problem.minPosition, 999);
  const took = performance.now() - started;
  assert.ok(took > 4_900 && took < 9_000, `${took} ms`);
});

Deno.test("GET /api/pnl/history pages through the finals, oldest first, without losing one", async () => {
  await using server = await startTestServer();
  await server.windows(8);
  const finals = server.projector.finalsAfter(0, 100).map(({ json }) => JSON.parse(json));
  assert.equal(finals.length, 7);
  const items: unknown[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 5; page++) {
    const query: string = cursor === null ? "" : `&cursor=${cursor}`;
    const body = await (await server.get(`/api/pnl/history?resolution=raw&limit=3${query}`)).json();
    items.push(...body.items);
    cursor = body.nextCursor;
    if (cursor === null) break;
  }
  assert.equal(cursor, null);
  assert.deepEqual(items, finals);
});

Deno.test("GET /api/pnl/history gives buckets, and a range by the windows' ends", async () => {
  await using server = await startTestServer();
  await server.windows(3);
  const end = server.projector.finalsAfter(0, 1).map(({ json }) => JSON.parse(json).window.end)[0];
  const range = await (await server.get(`/api/pnl/history?from=${end}&to=2026-11-23`)).json();
  assert.equal(range.items.length, 2);
  assert.equal(range.items[0].window.end, end);
  const { items } = await (await server.get("/api/pnl/history?resolution=1d")).json();
  for (const bucket of items) {
    assert.deepEqual(Object.keys(bucket), ["start", "open", "high", "low", "close", "last"]);
  }
});

Deno.test("GET /api/pnl/breakdown is of the current snapshot and says where it came from", async () => {
  await using server = await startTestServer();
  await server.collect("5.5");
  const body = await (await server.get("/api/pnl/breakdown")).json();
  const current = await (await server.get("/api/pnl/current")).json();
  assert.equal(body.served.pos, current.served.pos);
  assert.ok(Object.keys(body).length > 1);
});

async function drained(request: Promise<Response>): Promise<Response> {
  const response = await request;
  await response.body?.cancel();
  return response;
}
