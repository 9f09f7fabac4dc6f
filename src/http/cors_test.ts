import assert from "node:assert/strict";
import { startTestServer } from "./test_server.ts";
import { SseClient } from "./test_streams.ts";

const FRIEND = "https://dashboard.example";

Deno.test("pages of an allowed origin may read answers, problems and streams", async () => {
  await using server = await startTestServer({ allowedOrigins: [FRIEND] });
  const headers = { origin: FRIEND };
  for (const path of ["/api/pnl/current", "/nope", "/api/events?limit=0"]) {
    const response = await server.get(path, { headers });
    await response.body?.cancel();
    assert.equal(response.headers.get("access-control-allow-origin"), FRIEND, path);
    assert.equal(response.headers.get("cross-origin-resource-policy"), "cross-origin");
    assert.match(response.headers.get("vary") ?? "", /Origin/);
  }
  const stream = await server.get("/api/pnl/stream", { headers });
  assert.equal(stream.headers.get("access-control-allow-origin"), FRIEND);
  await new SseClient(stream).close();
  const preflight = await server.get("/api/pnl/current", {
    method: "OPTIONS",
    headers: { ...headers, "access-control-request-method": "GET" },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /If-None-Match/);
});

Deno.test("pages of other origins may not, whether or not some are allowed", async () => {
  for (const allowedOrigins of [[], [FRIEND]]) {
    await using server = await startTestServer({ allowedOrigins });
    for (const origin of ["https://evil.example", "null", `${FRIEND}:8443`]) {
      for (const method of ["GET", "OPTIONS"]) {
        const response = await server.get("/api/pnl/current", {
          method,
          headers: { origin, "access-control-request-method": "GET" },
        });
        await response.body?.cancel();
        assert.equal(response.status, method === "GET" ? 200 : 405);
        assert.equal(response.headers.get("access-control-allow-origin"), null);
        assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin");
      }
    }
  }
});
