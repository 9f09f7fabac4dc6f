import assert from "node:assert/strict";
import type { Candidate } from "../pnl/event.ts";
import { EXPLAINED_METRICS } from "../pnl/explain.ts";
import type { Explained } from "../projection/explain_events.ts";
import { Explainer, type Explanation } from "../projection/explainer.ts";
import { fill } from "../log/testing.ts";
import { reached } from "../projection/testing.ts";
import { startTestServer, type TestServer, totals, WINDOW_MS } from "./test_server.ts";

/** A source is bound, or has been read from its beginning. */
function ofSource(
  name: "kalshi" | "revenue",
  what: "bound" | "backfilled",
  now: number,
): Candidate {
  const head = { kind: "fact", source: `/${name}`, id: what, subject: name } as const;
  const time = new Date(now).toISOString();
  return what === "bound"
    ? {
      ...head,
      time,
      type: "pnl.source.bound.v1",
      data: { origin: "x", account: "a", since: null },
    }
    : { ...head, time, type: "pnl.source.backfilled.v1", data: { facts: 1 } };
}

function correction(id: string, component: "kalshi" | "revenue", now: number): Candidate {
  return {
    kind: "fact",
    source: "/operator",
    id,
    type: "pnl.adjustment.recorded.v1",
    subject: component,
    time: new Date(now).toISOString(),
    data: { amount: "-0.25", component, reason: "typo", who: "ann" },
  };
}

/** A server with some windows of trades, totals, costs and corrections behind it. */
async function withHistory(): Promise<TestServer> {
  const server = await startTestServer();
  const { log, clock, projector } = server;
  log.append([
    ofSource("kalshi", "bound", clock.now()),
    ofSource("kalshi", "backfilled", clock.now()),
    ofSource("revenue", "bound", clock.now()),
  ]);
  for (let round = 1; round <= 6; round++) {
    const now = clock.now();
    const time = new Date(now).toISOString();
    const day = time.slice(0, 10);
    log.append([
      fill(`a-${round}`, { subject: "KXA", time }),
      fill(`b-${round}`, { subject: "KXB", time }),
      totals(`${round}.50`, now),
      { ...cost(day, `${round}.125`, time) },
      correction(`c-${round}`, round % 2 === 0 ? "kalshi" : "revenue", now),
    ]);
    if (round === 2) log.append([ofSource("revenue", "backfilled", now)]);
    clock.step(WINDOW_MS);
  }
  await reached(projector, log.head().position);
  return server;
}

function cost(day: string, amount: string, time: string): Candidate {
  return {
    kind: "observation",
    source: "/anthropic",
    type: "pnl.anthropic.cost.observed.v1",
    subject: day,
    time,
    data: { day, amount },
  };
}

async function read(server: TestServer, query: string): Promise<Explanation> {
  const response = await server.get(`/api/pnl/explain?${query}`);
  assert.equal(response.status, 200, query);
  return await response.json();
}

/** A node and all below it. */
function* nodes(node: Explained): Generator<Explained> {
  yield node;
  for (const input of node.inputs) yield* nodes(input);
}

Deno.test("GET /api/pnl/explain gives each metric as the current snapshot has it", async () => {
  await using server = await withHistory();
  const { metrics, position } = await (await server.get("/api/pnl/current")).json();
  for (const metric of EXPLAINED_METRICS) {
    const answer = await read(server, `metric=${metric}`);
    assert.deepEqual(Object.keys(answer), [
      "schema",
      "metric",
      "position",
      "at",
      "value",
      "unit",
      "node",
    ]);
    const { schema, unit, node } = answer;
    assert.deepEqual([schema, answer.metric, answer.position], [
      "pnl.explain.v1",
      metric,
      position,
    ]);
    assert.equal(unit, metric.endsWith("Pct") ? "percent" : "USD");
    assert.equal(node.value, answer.value);
    if (Object.hasOwn(metrics, metric)) assert.equal(answer.value, metrics[metric], metric);
  }
  const [line] = server.log.read({ after: position - 1 });
  assert.equal((await read(server, "metric=netPnl")).at, JSON.parse(line?.line ?? "").recordedtime);
});

Deno.test("GET /api/pnl/explain names queries of /api/events that find what it counts", async () => {
  await using server = await withHistory();
  let checked = 0;
  for (const metric of ["netPnl", "periods.day.netPnl", "anthropic.monthToDate", "trendPct"]) {
    const { node } = await read(server, `metric=${metric}`);
    for (const { events, note, name } of nodes(node)) {
      if (events === null) continue;
      const found = await (await server.get(`/api/events?${events.query}&limit=1000`)).json();
      const positions = found.items.map(({ sequence }: { sequence: string }) => Number(sequence));
      if (note === "The query shows the corrections of all components.") {
        for (const position of events.positions) assert.ok(positions.includes(position), name);
      } else {
        assert.equal(events.count, positions.length, name);
        assert.deepEqual([events.first, events.last], [positions[0] ?? 0, positions.at(-1) ?? 0]);
        assert.deepEqual(events.positions, positions.slice(-events.positions.length || Infinity));
      }
      checked += 1;
    }
  }
  assert.ok(checked > 20, `${checked} queries`);
  const adjustments = (await read(server, "metric=kalshi.adjustments")).node;
  assert.deepEqual([adjustments.value, adjustments.events?.count], ["-0.75", 3]);
});

Deno.test("GET /api/pnl/explain at a past position gives what was given when it was the current one", async () => {
  await using server = await startTestServer();
  const { log, clock, projector } = server;
  const given = new Map<string, string>();
  for (let round = 1; round <= 8; round++) {
    const now = clock.now();
    log.append([
      fill(`a-${round}`, { subject: "KXA", time: new Date(now).toISOString() }),
      totals(`${round * round}`, now),
      cost("2026-11-22", `${round}`, new Date(now).toISOString()),
    ]);
    clock.step(round % 3 === 0 ? 2 * WINDOW_MS : 1_000);
    await reached(projector, log.head().position);
    for (const metric of EXPLAINED_METRICS) {
      const path = `/api/pnl/explain?metric=${metric}&at=${projector.position}`;
      given.set(path, await (await server.get(path)).text());
    }
  }
  const fresh = new Explainer({ log, clock, projection: projector });
  const signal = new AbortController().signal;
  for (const [path, text] of [...given].reverse()) {
    const query = new URLSearchParams(path.split("?")[1]);
    const metric = EXPLAINED_METRICS.find((name) => name === query.get("metric"));
    assert.ok(metric !== undefined);
    assert.equal(await fresh.explain(metric, Number(query.get("at")), signal), text, path);
  }
});

Deno.test("GET /api/pnl/explain names the base of a trend by its window, position and value", async () => {
  await using server = await withHistory();
  const { value, node } = await read(server, "metric=trendPct");
  assert.ok(value !== null);
  const base = node.inputs[1];
  const final = server.projector.newestFinals(1)[0];
  assert.ok(final !== undefined && base !== undefined);
  const { metrics, window } = JSON.parse(final.json);
  assert.deepEqual([base.value, base.events?.positions], [metrics.netPnl, [final.position]]);
  assert.ok(base.label.includes(window.end) && base.note?.includes(window.start));
});

Deno.test("GET /api/pnl/explain refuses what it does not know, and says what is not folded yet", async () => {
  await using server = await startTestServer();
  const problem = async (query: string) => {
    const response = await server.get(`/api/pnl/explain${query}`);
    const { type, parameter, detail } = await response.json();
    return { status: response.status, type: type.split(":").at(-1), parameter, detail };
  };
  const empty = await problem("?metric=netPnl");
  assert.deepEqual([empty.status, empty.type], [404, "not-found"]);
  assert.match(empty.detail, /log is empty/);
  await server.collect("1");
  for (const query of ["", "?metric=profit", "?metric=periods.week.netPnl"]) {
    const { status, parameter } = await problem(query);
    assert.deepEqual([status, parameter], [400, "metric"], query);
  }
  assert.equal((await problem("?metric=netPnl&at=0")).parameter, "at");
  assert.equal((await problem("?metric=netPnl&by=1")).parameter, "by");
  const ahead = await problem("?metric=netPnl&at=99");
  assert.deepEqual([ahead.status, ahead.type], [404, "not-found"]);
  assert.equal(ahead.detail, "Position 99 is not folded yet; 2 is the newest.");
});
