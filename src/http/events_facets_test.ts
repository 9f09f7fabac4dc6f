import assert from "node:assert/strict";
import { startTestServer, totals } from "./test_server.ts";

Deno.test("GET /api/events/facets counts every event once by source and by type", async () => {
  await using server = await startTestServer();
  const read = async () => await (await server.get("/api/events/facets")).json();
  assert.deepEqual(await read(), { position: 0, sources: [], types: [] });
  await server.collect("1", "2", "3");
  const first = {
    position: 4,
    sources: [{ source: "/clock", count: 1 }, { source: "/revenue", count: 3 }],
    types: [
      { type: "pnl.clock.day-started.v1", count: 1 },
      { type: "pnl.revenue.totals.observed.v1", count: 3 },
    ],
  };
  assert.deepEqual(await read(), first);
  assert.deepEqual(await Promise.all([read(), read(), read()]), [first, first, first]);
  server.log.append([totals("4", server.clock.now())]);
  const { position, sources } = await read();
  assert.deepEqual([position, sources[1].count], [5, 4]);
});

Deno.test("GET /api/events/facets looks at each position once, in steps", async () => {
  await using server = await startTestServer();
  const ranges: [number, number][] = [];
  const count = server.log.count.bind(server.log);
  server.log.count = (range) => {
    ranges.push([range.after ?? 0, range.to ?? 0]);
    return count(range);
  };
  const batch = (from: number, length: number) =>
    Array.from({ length }, (_, i) => totals(`${from + i}`, server.clock.now()));
  for (let at = 0; at < 6_000; at += 1_000) server.log.append(batch(at + 1, 1_000));
  const read = async () => await (await server.get("/api/events/facets")).json();
  const answers = await Promise.all([read(), read()]);
  assert.deepEqual(answers.map(({ position }) => position), [6_001, 6_001]);
  server.log.append(batch(9_000, 1));
  assert.equal((await read()).types[1].count, 6_001);
  assert.deepEqual(ranges, [[0, 5_000], [5_000, 6_001], [6_001, 6_002]]);
});

Deno.test("GET /api/events/facets says a failure of the log, and goes on after it", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const count = server.log.count.bind(server.log);
  server.log.count = () => {
    throw new Error("disk");
  };
  const failed = await server.get("/api/events/facets");
  assert.equal(failed.status, 500);
  await failed.body?.cancel();
  server.log.count = count;
  assert.equal((await (await server.get("/api/events/facets")).json()).position, 2);
});
