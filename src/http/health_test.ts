import assert from "node:assert/strict";
import type { RedisHealth } from "./redis_health.ts";
import { startTestServer, TestClock, workingSource } from "./test_server.ts";

Deno.test("GET /health is ok, or degraded and says which source is why", async () => {
  const clock = new TestClock();
  const source = workingSource(clock);
  const open = { ...source.breaker, state: "OPEN" as const, consecutiveFailures: 5 };
  const lastError = { class: "internal", message: "a", at: "2026-11-22T10:00:00.000Z" };
  const full = { ...source, state: "degraded" as const, breaker: { ...open, lastError } };
  const off = { ...source, name: "kalshi" as const, state: "not_configured" as const };
  const cases = [
    [source, []],
    [{ ...source, lastSuccessAt: "2026-11-22T09:00:00.000Z" }, ["revenue_stale"]],
    [{ ...source, state: "degraded" as const, breaker: open }, ["revenue_degraded"]],
    [full, ["cannot_write"]],
    [{ ...source, state: "stopped" as const }, ["revenue_stopped"]],
    [{ ...source, state: "starting" as const, lastSuccessAt: null }, []],
    [{ ...source, state: "backfilling" as const, lastSuccessAt: null }, []],
  ] as const;
  for (const [status, reasons] of cases) {
    await using server = await startTestServer({ statuses: [status, off], mode: "sandbox" });
    const response = await server.get("/health");
    const body = await response.json();
    assert.equal(response.status, 200);
    assert.equal(body.status, reasons.length === 0 ? "ok" : "degraded");
    assert.deepEqual(body.reasons, reasons);
    assert.deepEqual([body.role, body.mode, body.writer], ["all", "sandbox", null]);
    assert.deepEqual(body.tiers, { memory: "ok", redis: "not_configured", sqlite: "ok" });
    assert.equal(body.redis, null);
    assert.equal(body.sources.kalshi.state, "not_configured");
    const breakers = await (await server.get("/api/circuit-breaker/status")).json();
    assert.deepEqual(breakers, { revenue: status.breaker });
  }
});

Deno.test("GET /health is unavailable where the log cannot be read, and still answers", async () => {
  await using server = await startTestServer();
  server.log.head = () => {
    throw new Error("gone");
  };
  for (const path of ["/health", "/readyz"]) {
    const response = await server.get(path);
    assert.equal(response.status, 503, path);
    const { reasons, reason } = await response.json();
    assert.deepEqual(
      reasons ?? reason,
      reasons ? ["log_unreadable", "unconfirmed"] : "unavailable",
    );
  }
  assert.equal((await (await server.get("/livez")).json()).status, "ok");
});

Deno.test("GET /health says what is wrong with Redis, each thing by itself", async () => {
  const mirror = {
    state: "following" as const,
    position: 7,
    lagEvents: 0,
    lagSeconds: 0,
    begun: 0,
    lastError: null,
  };
  const well: RedisHealth = {
    connection: "ready",
    lastError: null,
    readable: true,
    lease: "held",
    branch: "4be0643f-1d98-573b-97cd-ca98a65347dd",
    mirror,
    snapshots: { offset: 14 },
  };
  const cases: readonly (readonly [change: Partial<RedisHealth>, reasons: readonly string[]])[] = [
    [{}, []],
    [{ connection: "connecting", readable: false }, ["redis_away"]],
    [{ connection: "down", readable: false, lastError: "refused" }, ["redis_away"]],
    [{ readable: false }, ["redis_not_answering"]],
    [{ lease: "waiting" }, []],
    [{ lease: "lost" }, ["lease_lost"]],
    [{ mirror: { ...mirror, state: "filling", lagEvents: 9, lagSeconds: 10 } }, []],
    [{ mirror: { ...mirror, state: "filling", lagEvents: 9, lagSeconds: 10.1 } }, [
      "mirror_lagging",
    ]],
    [{ mirror: { ...mirror, state: "failed", lastError: "out of memory" } }, ["mirror_failed"]],
  ];
  let shown = well;
  await using server = await startTestServer({ redis: () => shown });
  for (const [change, reasons] of cases) {
    shown = { ...well, ...change };
    const response = await server.get("/health");
    const body = await response.json();
    assert.equal(response.status, 200);
    assert.deepEqual(body.reasons, reasons);
    assert.equal(body.status, reasons.length === 0 ? "ok" : "degraded");
    assert.deepEqual(body.redis, shown);
    // Whatever Redis does, the writer goes on to serve.
    assert.equal((await (await server.get("/readyz")).json()).status, "ok");
  }
});

Deno.test("GET /api/cache/stats counts what each tier answered", async () => {
  await using server = await startTestServer();
  await (await server.get("/api/pnl/current")).body?.cancel();
  const before = await (await server.get("/api/cache/stats")).json();
  assert.equal(before.default.hits, 1);
  await server.collect("1");
  await (await server.get("/api/pnl/current?minPosition=2")).body?.cancel();
  const after = await (await server.get("/api/cache/stats")).json();
  assert.ok(after.memory.hits >= 1);
  assert.equal(after.memory.errors, 0);
});
