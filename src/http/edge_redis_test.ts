import assert from "node:assert/strict";
import { SNAPSHOT } from "../pnl/snapshot_schema.ts";
import { startRedis, type TestRedis } from "../redis/testing.ts";
import { publish, startTestEdge, type TestEdge } from "./test_edge.ts";
import { startTestServer, type TestServer } from "./test_server.ts";
import { PATIENCE_MS, soon, SseClient, until, WebSocketClient } from "./test_streams.ts";

/** What a test has. */
interface Nodes {
  readonly writer: TestServer;
  /** Ends what the writer does in Redis. */
  readonly publishing: AsyncDisposableStack;
  readonly edge: TestEdge;
  readonly redis: TestRedis;
}

/** A writer with some finals, and an edge that has caught up with it. */
async function withEdge(work: (nodes: Nodes) => Promise<void>): Promise<void> {
  await using redis = await startRedis();
  await using writer = await startTestServer();
  await writer.windows(4);
  await using publishing = await publish(writer, redis.url, "sandbox");
  await using edge = startTestEdge(redis.url);
  await confirmed(edge, writer);
  await work({ writer, publishing, edge, redis });
}

/** Waits until the edge shows the writer's newest snapshot, and has heard that it is. */
async function confirmed(node: TestEdge, writer: TestServer): Promise<void> {
  await until(
    () =>
      node.edge.current()?.offset === writer.projector.current()?.offset &&
      node.edge.confirmedAgeMs !== null,
    "up to date",
  );
}

/** The snapshot as the fold made it, without what is added on delivery. */
function bare(text: string): string {
  return text.slice(0, text.indexOf(',"served":'));
}

Deno.test("an edge answers current and breakdown as the writer does, byte for byte", () =>
  withEdge(async ({ writer, edge }) => {
    for (const path of ["/api/pnl/current", "/api/pnl/breakdown"]) {
      const [there, here] = [await writer.get(path), await edge.get(path)];
      assert.equal(here.status, 200, path);
      assert.equal(here.headers.get("etag"), there.headers.get("etag"), path);
      assert.equal(bare(await here.text()), bare(await there.text()), path);
    }
    const { served, ...snapshot } = await (await edge.get("/api/pnl/current")).json();
    SNAPSHOT.parse(snapshot);
    assert.equal(served.confirmed, true);
    assert.equal(served.pos, `${writer.projector.epoch}:${writer.projector.current()?.offset}`);
    assert.deepEqual(Object.keys(served.sources), ["revenue"]);
    const breakers = await (await edge.get("/api/circuit-breaker/status")).json();
    assert.equal(breakers.revenue.state, "CLOSED");
    const stats = await (await edge.get("/api/cache/stats")).json();
    assert.deepEqual(Object.keys(stats), ["memory", "redis", "default"]);
  }));

Deno.test("an edge waits for minPosition until the event has come through Redis", () =>
  withEdge(async ({ writer, edge }) => {
    const target = writer.log.head().position + 1;
    const waiting = edge.get(`/api/pnl/current?minPosition=${target}`);
    await writer.collect("77");
    const response = await waiting;
    assert.equal(response.status, 200);
    assert.equal((await response.json()).metrics.totalRevenue, "77.00");
  }));

Deno.test("an edge has no history and no events, and names the writer that has", () =>
  withEdge(async ({ writer, edge }) => {
    for (
      const path of [
        "/api/pnl/history",
        "/api/pnl/history?resolution=1h&limit=5",
        "/api/events",
        "/api/events?after=2",
        "/api/events?format=csv",
        "/api/events/facets",
        "/api/pnl/explain?metric=netPnl",
        "/api/events/1",
        "/api/events/stream",
      ]
    ) {
      const response = await edge.get(path);
      const problem = await response.json();
      assert.equal(response.status, 503, path);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.equal(problem.type, "urn:pnl-stream:problem:not-on-this-node", path);
      assert.equal(problem.writer, writer.origin);
      assert.ok(problem.detail.endsWith(`ask the writer at ${writer.origin}.`), problem.detail);
    }
    const ndjson = { headers: { accept: "application/x-ndjson" } };
    assert.equal((await (await edge.get("/api/events", ndjson)).json()).status, 503);
    // What is wrong with the question is said first, on any node.
    for (const path of ["/api/pnl/history?limit=0", "/api/events?limit=0", "/api/events/1?x=1"]) {
      assert.equal((await (await edge.get(path)).json()).status, 400, path);
    }
  }));

Deno.test("a client of the writer goes on at an edge, over both transports, without losing a final", () =>
  withEdge(async ({ writer, edge }) => {
    const { epoch } = writer.projector;
    const finals = writer.projector.finalsAfter(0, 100);
    const [first] = finals;
    assert.ok(first !== undefined && finals.length >= 3);
    const rest = finals.slice(1).map(({ offset }) => `${epoch}:${offset}`);
    const since = `${epoch}:${first.offset}`;
    const sse = new SseClient(await edge.get(`/api/pnl/stream?lastEventId=${since}`));
    const seen: (string | undefined)[] = [];
    while (seen.length < rest.length) seen.push((await sse.nextData()).id);
    assert.deepEqual(seen, rest);
    await sse.close();
    const socket = new WebSocketClient(`${edge.origin}/ws?since=${since}`);
    assert.equal((await socket.next()).epoch, epoch);
    for (const pos of rest) assert.equal((await socket.next()).pos, pos);
    await socket.close();
  }));

Deno.test("an edge that is cut off says so within two intervals, stays ready, and recovers", () =>
  withEdge(async ({ writer, edge, redis }) => {
    const health = async () => {
      const response = await edge.get("/health");
      return { http: response.status, ...await response.json() };
    };
    const well = await health();
    assert.deepEqual([well.status, well.reasons], ["ok", []]);
    assert.deepEqual([well.role, well.mode, well.writer], ["edge", "sandbox", writer.origin]);
    assert.deepEqual(well.tiers, { memory: "ok", redis: "ok", sqlite: "not_configured" });
    assert.deepEqual(well.redis, {
      connection: "ready",
      lastError: null,
      readable: true,
      branch: edge.edge.branch,
      snapshots: { offset: writer.projector.current()?.offset },
    });
    await redis.kill();
    // Two intervals after the last heartbeat that it read, which is up to one interval old by then.
    await until(
      () =>
        edge.edge.confirmedAgeMs !== null && edge.edge.confirmedAgeMs > 2 * edge.edge.intervalMs,
      "unconfirmed",
    );
    const ill = await health();
    assert.deepEqual([ill.http, ill.status], [200, "degraded"]);
    assert.deepEqual(ill.reasons, ["unconfirmed", "redis_away"]);
    assert.equal(ill.tiers.redis, "failed");
    assert.notEqual(ill.redis.connection, "ready");
    const { served } = await (await edge.get("/api/pnl/current")).json();
    assert.equal(served.confirmed, false);
    assert.ok(served.confirmedAgeMs > 2 * edge.edge.intervalMs);
    assert.equal((await (await edge.get("/readyz")).json()).status, "ok");
    await redis.restart();
    await until(
      () => (edge.edge.confirmedAgeMs ?? Infinity) < edge.edge.intervalMs,
      "back",
      15_000,
    );
    await confirmed(edge, writer);
    const again = await health();
    assert.deepEqual([again.status, again.reasons], ["ok", []]);
  }));

Deno.test("an edge without any snapshot is unavailable, not ready, and knows no writer", async () => {
  await using redis = await startRedis();
  await using edge = startTestEdge(redis.url);
  const health = await edge.get("/health");
  const body = await health.json();
  assert.equal(health.status, 503);
  assert.equal(body.status, "unavailable");
  assert.ok(body.reasons.includes("no_snapshot") && body.reasons.includes("unconfirmed"));
  assert.deepEqual([body.mode, body.writer, body.confirmedAgeMs], [null, null, null]);
  const ready = await edge.get("/readyz");
  assert.equal(ready.status, 503);
  assert.equal((await ready.json()).reason, "no_snapshot");
  const current = await edge.get("/api/pnl/current");
  const { served } = await current.json();
  assert.deepEqual([current.status, served.from, served.confirmed], [200, "default", false]);
  const problem = await (await edge.get("/api/events")).json();
  assert.deepEqual([problem.status, problem.writer], [503, null]);
  assert.match(problem.detail, /whose address is not known yet/);
});

Deno.test("streams of an edge are sent away where another log begins, and come back to a reset", () =>
  withEdge(async ({ writer, publishing, edge, redis }) => {
    const old = `${writer.projector.epoch}:${writer.projector.finalsAfter(0, 1)[0]?.offset}`;
    const socket = new WebSocketClient(`${edge.origin}/ws`);
    await socket.next();
    await publishing.disposeAsync();
    await redis.client.flushall();
    await using other = await startTestServer();
    await other.windows(2);
    await using _publishing = await publish(other, redis.url);
    const { code, reason } = await soon(socket.closed, "close");
    assert.equal(code, 1001);
    assert.match(reason, /^retryMs=\d+$/);
    await until(() => edge.edge.epoch === other.projector.epoch, "on the other log", PATIENCE_MS);
    const back = new WebSocketClient(`${edge.origin}/ws?since=${old}`);
    assert.equal((await back.next()).epoch, other.projector.epoch);
    const reset = await back.next();
    assert.deepEqual([reset.type, reset.reason], ["reset", "epoch"]);
    await back.close();
  }));
