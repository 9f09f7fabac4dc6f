import assert from "node:assert/strict";
import { startTestServer, TestClock, workingSource } from "./test_server.ts";

Deno.test("GET /health is ok, degraded with a stale source, unavailable without a log", async () => {
  const clock = new TestClock();
  const stale = { ...workingSource(clock), lastSuccessAt: "2026-11-22T09:00:00.000Z" };
  const open = { ...workingSource(clock).breaker, state: "OPEN" as const, consecutiveFailures: 5 };
  const off = {
    ...workingSource(clock),
    name: "kalshi" as const,
    state: "not_configured" as const,
  };
  const cases = [
    [workingSource(clock), "ok"],
    [stale, "degraded"],
    [{ ...workingSource(clock), state: "degraded" as const, breaker: open }, "degraded"],
    [{ ...workingSource(clock), state: "starting" as const, lastSuccessAt: null }, "ok"],
  ] as const;
  for (const [status, expected] of cases) {
    await using server = await startTestServer({ statuses: [status, off], mode: "sandbox" });
    const response = await server.get("/health");
    const body = await response.json();
    assert.equal(response.status, 200);
    assert.equal(body.status, expected);
    assert.equal(body.mode, "sandbox");
    assert.deepEqual(body.tiers, { memory: "ok", redis: "not_configured", sqlite: "ok" });
    assert.equal(body.sources.kalshi.state, "not_configured");
    const breakers = await (await server.get("/api/circuit-breaker/status")).json();
    assert.deepEqual(breakers, { revenue: status.breaker });
  }
  await using server = await startTestServer();
  server.log.head = () => {
    throw new Error("gone");
  };
  for (const path of ["/health", "/readyz"]) {
    const response = await server.get(path);
    await response.body?.cancel();
    assert.equal(response.status, 503, path);
  }
  assert.equal((await (await server.get("/livez")).json()).status, "ok");
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
