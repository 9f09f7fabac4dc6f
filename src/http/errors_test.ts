import assert from "node:assert/strict";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { startTestServer } from "./test_server.ts";

Deno.test("a bad query is 400 and names the parameter", async () => {
  await using server = await startTestServer();
  const cases: readonly (readonly [path: string, parameter: string])[] = [
    ["/health?verbose=1", "verbose"],
    ["/livez?a=1", "a"],
    ["/readyz?a=1", "a"],
    ["/api/pnl/current?minPosition=0", "minPosition"],
    ["/api/pnl/current?minPosition=1e3", "minPosition"],
    ["/api/pnl/current?minPosition=", "minPosition"],
    ["/api/pnl/current?min=1", "min"],
    ["/api/pnl/current?__proto__=1", "__proto__"],
    ["/api/pnl/breakdown?x=1", "x"],
    ["/api/pnl/history?resolution=5m", "resolution"],
    ["/api/pnl/history?limit=0", "limit"],
    ["/api/pnl/history?limit=1001", "limit"],
    ["/api/pnl/history?from=yesterday", "from"],
    ["/api/pnl/history?to=2026-02-30", "to"],
    ["/api/pnl/history?to=2026-11-22T10:00:00", "to"],
    ["/api/pnl/history?cursor=%00", "cursor"],
    ["/api/pnl/history?resolution=1h&cursor=cmF3LjE", "cursor"],
    ["/api/pnl/stream?since=1", "since"],
    ["/api/pnl/stream?lastEventId=1&lastEventId=2", "lastEventId"],
    ["/api/circuit-breaker/status?x", "x"],
    ["/api/cache/stats?x", "x"],
    ["/api/events?source=kalshi", "source"],
    ["/api/events?type=nope", "type"],
    ["/api/events?subject=", "subject"],
    ["/api/events?limit=1001", "limit"],
    ["/api/events?after=-1", "after"],
    ["/api/events?after=1&after=2", "after"],
    ["/api/events/1?x=1", "x"],
  ];
  for (const [path, parameter] of cases) {
    const response = await server.get(path);
    const problem = await response.json();
    assert.equal(response.status, 400, path);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.equal(problem.parameter, parameter, path);
    assert.ok(problem.detail.includes(`"${parameter}"`), path);
    assert.equal(problem.type, "urn:pnl-stream:problem:bad-parameter");
    assert.match(problem.errorId, /^[0-9a-f-]{36}$/);
  }
});

Deno.test("an unknown path is 404, a wrong method 405 with Allow, a type nobody serves 406", async () => {
  await using server = await startTestServer();
  const status = async (path: string, init?: RequestInit) => {
    const response = await server.get(path, init);
    const body = await response.json();
    assert.equal(body.status, response.status);
    return [response.status, response.headers.get("allow")];
  };
  for (const path of ["/nope", "/api", "/api/pnl", "/api/pnl/current/", "/api/events/stream/x"]) {
    assert.deepEqual(await status(path), [404, null], path);
  }
  for (const path of ["/", "/health", "/ws", "/api/pnl/current", "/api/events/1"]) {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      assert.deepEqual(await status(path, { method }), [405, "GET, HEAD"], `${method} ${path}`);
    }
  }
  assert.deepEqual(await status("/nope", { method: "POST" }), [404, null]);
  const accept = { headers: { accept: "image/png" } };
  assert.deepEqual(await status("/api/events", accept), [406, null]);
});

Deno.test("every response has the security headers and a request id, and HEAD has no body", async () => {
  await using server = await startTestServer();
  const paths = [
    "/",
    "/page/page.js",
    "/page/page.css",
    "/page/icon.svg",
    "/health",
    "/livez",
    "/readyz",
    "/api/pnl/current",
    "/api/pnl/history",
    "/api/pnl/breakdown",
    "/api/pnl/stream",
    "/api/events",
    "/api/circuit-breaker/status",
    "/api/cache/stats",
    "/nope",
  ];
  for (const path of paths) {
    const { headers, body } = await server.get(path, { method: "HEAD" });
    assert.equal(body, null, path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.ok(policy.startsWith("default-src 'none'"), path);
    assert.ok(!policy.includes("unsafe"), path);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f]{8}-[0-9a-z]+$/);
    assert.ok(headers.has("cache-control"), path);
  }
  assert.equal(server.hub.stats().accepted, 0);
});

Deno.test("a harmless X-Request-Id is taken over, any other is replaced", async () => {
  await using server = await startTestServer();
  const sent = async (id: string) => {
    const response = await server.get("/livez", { headers: { "x-request-id": id } });
    await response.body?.cancel();
    return response.headers.get("x-request-id");
  };
  assert.equal(await sent("proxy:1.2_3-x"), "proxy:1.2_3-x");
  assert.notEqual(await sent("<script>"), "<script>");
  assert.notEqual(await sent("a".repeat(65)), "a".repeat(65));
});

Deno.test("an internal error says nothing but an errorId, which the log has with the reason", async () => {
  const records: LogRecord[] = [];
  await configure({
    reset: true,
    sinks: { memory: (record) => records.push(record) },
    loggers: [
      { category: "pnl", sinks: ["memory"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: [] },
    ],
  });
  try {
    await using server = await startTestServer();
    server.log.read = () => {
      throw new Error("canary at /secret/path");
    };
    const response = await server.get("/api/events");
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.ok(!text.includes("canary"));
    const { errorId } = JSON.parse(text);
    const record = records.find(({ properties }) => properties.errorId === errorId);
    assert.equal(record?.level, "error");
    assert.match(String(record?.properties.error), /canary/);
    const refused = await (await server.get("/nope")).json();
    assert.ok(records.some(({ properties }) => properties.errorId === refused.errorId));
  } finally {
    await reset();
  }
});
