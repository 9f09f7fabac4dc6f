import assert from "node:assert/strict";
import { startTestServer } from "./test_server.ts";

Deno.test("GET /api/pnl/history?resolution=auto says which it chose, and from when there is any", async () => {
  await using server = await startTestServer();
  const read = async (query: string) =>
    await (await server.get(`/api/pnl/history?resolution=auto${query}`)).json();
  const empty = await read("");
  assert.deepEqual([empty.items, empty.resolution, empty.first], [[], "raw", null]);
  await server.windows(8);
  const all = await read("&points=7");
  assert.deepEqual([all.resolution, all.items.length, all.nextCursor], ["raw", 7, null]);
  assert.equal(all.first, all.items[0].window.start);
  const few = await read("&points=3");
  assert.deepEqual([few.resolution, few.items.length], ["1m", 1]);
  assert.equal(few.first, few.items[0].start);
  const before = await read("&to=2026-01-01");
  assert.deepEqual([before.items, before.first], [[], all.first]);
});

Deno.test("GET /api/pnl/history names the parameter that does not go with the others", async () => {
  await using server = await startTestServer();
  const cases = {
    "resolution=auto&limit=5": "limit",
    "resolution=auto&points=0": "points",
    "resolution=auto&points=2001": "points",
    "resolution=1m&points=5": "points",
    "points=5": "points",
    "resolution=1w": "resolution",
    "limit=1001": "limit",
    "resolution=auto&cursor=cmF3LjU": "cursor",
    "resolution=1m&cursor=cmF3LjU": "cursor",
  };
  for (const [query, named] of Object.entries(cases)) {
    const response = await server.get(`/api/pnl/history?${query}`);
    const { parameter } = await response.json();
    assert.deepEqual([response.status, parameter], [400, named], query);
  }
});
