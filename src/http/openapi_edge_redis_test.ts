import assert from "node:assert/strict";
import { startRedis } from "../redis/testing.ts";
import { publish, startTestEdge } from "./test_edge.ts";
import { plainRequest } from "./test_http_request.ts";
import { OpenApiCheck } from "./test_openapi.ts";
import { startTestServer } from "./test_server.ts";
import { until } from "./test_streams.ts";

const WRITERS_ALONE = [
  "/api/pnl/history",
  "/api/pnl/explain?metric=netPnl",
  "/api/events",
  "/api/events/facets",
  "/api/events/{position}",
  "/api/events/stream",
];
const EVERYBODYS = [
  "/health",
  "/livez",
  "/readyz",
  "/metrics",
  "/openapi.json",
  "/asyncapi.json",
  "/docs",
  "/api/pnl/current",
  "/api/pnl/breakdown",
  "/api/pnl/stream",
  "/api/circuit-breaker/status",
  "/api/cache/stats",
  "/api/session",
];

Deno.test("answers of an edge hold to its document, before it hears of a writer and after", async () => {
  await using redis = await startRedis();
  await using writer = await startTestServer();
  await writer.windows(3);
  await using edge = startTestEdge(redis.url);
  const check = await OpenApiCheck.of(edge.get);
  const ask = async (path: string) => {
    const target = path.replace("{position}", "1");
    const response = await plainRequest(edge.origin, { path: target });
    await check.answer("GET", path.split("?")[0]!, response);
    return response.status;
  };
  const askAll = async () => {
    for (const path of EVERYBODYS) await ask(path);
    for (const path of WRITERS_ALONE) assert.equal(await ask(path), 503, path);
  };
  await askAll();
  await using _publishing = await publish(writer, redis.url, "sandbox");
  const isThere = () => edge.edge.current()?.offset === writer.projector.current()?.offset;
  await until(isThere, "up to date");
  await askAll();
  const missing = check.documented().filter((each) =>
    each.endsWith(" 503 not-on-this-node") && !check.seen.has(each)
  );
  assert.deepEqual(missing, []);
  const ofWriter = await OpenApiCheck.of(writer.get);
  assert.deepEqual(check.document, ofWriter.document);
});
