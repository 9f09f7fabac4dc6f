import assert from "node:assert/strict";
import { textOf, withLogs } from "../log/test_logs.ts";
import { loggedPath } from "./logged_path.ts";
import { plainRequest } from "./test_http_request.ts";
import { startTestServer } from "./test_server.ts";

const TICKET = "0123456789abcdefghijABCDEFGHIJ01";

Deno.test("loggedPath() has neither a query, encoded or not, nor what may be a ticket", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["http://127.0.0.1:3000/api/pnl/stream", "/api/pnl/stream"],
    ["http://127.0.0.1:3000", "/"],
    [`http://a/ws?ticket=${TICKET}`, "/ws"],
    ["http://a/ws%3Fticket=short", "/ws"],
    ["http://a/ws%3fticket=short", "/ws"],
    ["http://a/ws;ticket=short", "/ws"],
    ["http://a/ws&ticket=short", "/ws"],
    [`http://a/ws/${TICKET}/x`, "/ws/…/x"],
    [`http://a/s/0123456789.1790000000000.0123456789abcdef.${"a".repeat(86)}`, "/s/…"],
    ["http://a/api/circuit-breaker/status", "/api/circuit-breaker/status"],
    [`http://a/${"a/".repeat(200)}`, `/${"a/".repeat(200)}`.slice(0, 200)],
  ];
  for (const [url, path] of cases) assert.equal(loggedPath(url), path, url);
});

Deno.test("no record of the log has a ticket, wherever in the address it was put", async () => {
  await using server = await startTestServer();
  await withLogs(async (records) => {
    const places = [
      ...[`/ws?ticket=${TICKET}`, `/ws%3Fticket=${TICKET}`, `/ws/${TICKET}`, `/${TICKET}`],
      ...[`/api/pnl/stream;ticket=${TICKET}`, `/api/pnl/current?ticket=${TICKET}`],
    ];
    for (const path of places) {
      const { status } = await plainRequest(server.origin, { path });
      assert.ok(status >= 400, path);
    }
    const said = records.map(textOf);
    assert.ok(said.length >= places.length, String(said.length));
    assert.deepEqual(said.filter((each) => each.includes(TICKET)), []);
  }, "debug");
  assert.ok(!(await (await server.get("/metrics")).text()).includes(TICKET));
});
