import assert from "node:assert/strict";
import { EXPLAINED_METRICS } from "../src/pnl/explain.ts";
import { OpenApiCheck } from "../src/http/test_openapi.ts";
import { startServerProcess, until, withFolder } from "./server_process.ts";

/** Events of a page, as the page has them. */
function itemsOf(body: unknown): readonly unknown[] {
  const items: unknown = Reflect.get(Object(body), "items");
  assert.ok(Array.isArray(items));
  return items;
}

Deno.test("answers of a server with a whole sandbox hold to its document", async () => {
  await withFolder(async (env) => {
    const server = await startServerProcess(env);
    try {
      const get = (path: string) => fetch(`${server.url}${path}`);
      const complete = async () => (await (await get("/api/pnl/current")).json()).quality.complete;
      await until(complete, (whole) => whole, 20_000);
      const check = await OpenApiCheck.of(get);
      const ask = async (path: string) =>
        await check.answer("GET", path.split("?")[0]!, await get(path));
      const plain = ["/health", "/api/circuit-breaker/status", "/api/cache/stats", "/metrics"];
      for (const path of [...plain, "/api/events/facets"]) await ask(path);
      for (const path of ["current", "breakdown"]) await ask(`/api/pnl/${path}`);
      for (const resolution of ["raw", "1m", "1h", "1d", "auto"]) {
        await ask(`/api/pnl/history?resolution=${resolution}`);
      }
      for (const metric of EXPLAINED_METRICS) await ask(`/api/pnl/explain?metric=${metric}`);
      const types = new Set<unknown>();
      for (let after: unknown = 0; typeof after === "number";) {
        const page = await ask(`/api/events?limit=1000&after=${after}`);
        for (const event of itemsOf(page)) types.add(Reflect.get(Object(event), "type"));
        after = Reflect.get(Object(page), "nextAfter");
      }
      assert.ok(types.size >= 8, [...types].join());
    } finally {
      assert.equal((await server.end("SIGTERM")).code, 0);
    }
  });
});
