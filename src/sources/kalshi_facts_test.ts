import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { StepClock } from "../sandbox/testing.ts";
import { Appender } from "./appender.ts";
import { HttpClient } from "./http_client.ts";
import { KalshiAccounts, type KalshiDeps } from "./kalshi_accounts.ts";
import { KalshiClient } from "./kalshi_client.ts";
import { pollFacts, subaccountsIn } from "./kalshi_facts.ts";
import type { Poll } from "./source.ts";
import { context, eventsOf, fakeSource, poll, type Upstream, upstream } from "./testing.ts";

const HOUR_MS = 3_600_000;

function fillRow(id: string, createdTime: string, subaccount = 0): Record<string, unknown> {
  return {
    fill_id: id,
    ticker: "KX-1",
    outcome_side: "yes",
    count_fp: "1.00",
    yes_price_dollars: "0.5000",
    fee_cost: "0.010000",
    is_taker: true,
    subaccount_number: subaccount,
    created_time: createdTime,
  };
}

function settlementRow(ticker: string, settledTime: string): Record<string, unknown> {
  return {
    ticker,
    market_result: "yes",
    yes_count_fp: "1.00",
    yes_total_cost_dollars: "0.500000",
    no_count_fp: "0.00",
    no_total_cost_dollars: "0.000000",
    revenue: 100,
    value: 100,
    fee_cost: "0.010000",
    settled_time: settledTime,
  };
}

/** The venue with these rows, two a page, whatever the window asked for. */
function venue(clock: StepClock, fills: unknown[], settlements: unknown[] = []): Upstream {
  return upstream((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.endsWith("/cutoff")) {
      return Response.json({ trades_created_ts: "2026-08-22T00:00:00Z" });
    }
    if (pathname.startsWith("/historical/")) return Response.json({ fills: [], cursor: "" });
    const field = pathname.endsWith("/fills") ? "fills" : "settlements";
    const rows = field === "fills" ? fills : settlements;
    const from = Number(searchParams.get("cursor") ?? "0");
    const cursor = from + 2 < rows.length ? String(from + 2) : "";
    return Response.json({ [field]: rows.slice(from, from + 2), cursor });
  }, clock);
}

function deps(server: Upstream, clock: StepClock): KalshiDeps {
  const client = new KalshiClient(new HttpClient({ baseUrl: server.url, clock }));
  return { client, accounts: new KalshiAccounts(client, clock), clock };
}

function ids({ events }: Poll): string[] {
  return events.map((event) => event.kind === "fact" ? event.id : event.subject);
}

/** Parameters of the requests to a path that ends so, since `from`. */
function asked(server: Upstream, path: string, from = 0): Record<string, string>[] {
  return server.requests.slice(from).filter(({ url }) => url.pathname.endsWith(path))
    .map(({ url }) => Object.fromEntries(url.searchParams));
}

Deno.test("pollFacts() orders by microsecond, then fill before settlement, then id", async () => {
  const clock = new StepClock();
  await using server = venue(clock, [
    fillRow("c", "2026-11-22T10:00:00.000002Z"),
    fillRow("z", "2026-11-22T10:00:00.000001Z"),
    fillRow("b", "2026-11-22T10:00:00.000002Z"),
    fillRow("c", "2026-11-22T10:00:00.000002Z"),
    fillRow("a", "2026-11-22T11:00:00.000001+01:00"),
  ], [settlementRow("A-1", "2026-11-22T10:00:00.000001Z")]);
  const poll = await pollFacts(deps(server, clock), context());
  assert.deepEqual(ids(poll), ["a", "z", "A-1/0/2026-11-22T10:00:00.000001Z", "b", "c"]);
});

Deno.test("pollFacts() asks for windows that overlap ten minutes, a day once an hour and for settlements", async () => {
  const clock = new StepClock();
  const newest = Date.parse("2026-11-22T11:58:20Z") / 1000;
  await using server = venue(clock, [fillRow("a", "2026-11-22T11:58:20Z")], [
    settlementRow("A-1", "2026-11-22T11:00:00Z"),
    settlementRow("A-2", "2026-11-22T09:00:00Z"),
    settlementRow("A-3", "2026-11-22T10:00:00Z"),
  ]);
  const facts = deps(server, clock);
  let { cursor } = await pollFacts(facts, context());
  assert.deepEqual(asked(server, "/portfolio/fills"), [{ limit: "1000" }]);
  assert.deepEqual(asked(server, "/historical/fills"), [{ limit: "1000" }]);

  for (const [stepMs, overlap] of [[5_000, 600], [HOUR_MS, 86_400], [5_000, 600]] as const) {
    clock.add(stepMs);
    const from = server.requests.length;
    cursor = (await pollFacts(facts, context({ cursor }))).cursor;
    assert.deepEqual(asked(server, "/portfolio/fills", from), [
      { limit: "1000", min_ts: String(newest - overlap) },
    ]);
    const settled = { limit: "1000", min_ts: String(newest - 3_500 - 86_400), subaccount: "0" };
    assert.deepEqual(asked(server, "/settlements", from), [settled, { ...settled, cursor: "2" }]);
    assert.deepEqual(asked(server, "/historical/fills", from), []);
  }
});

Deno.test("pollFacts() reads a subaccount's settlements from their beginning when it first appears", async () => {
  const clock = new StepClock();
  const fills = [fillRow("a", "2026-11-22T10:00:00Z")];
  await using server = venue(clock, fills);
  const facts = deps(server, clock);
  const { cursor } = await pollFacts(facts, context());
  fills.push(fillRow("b", "2026-11-22T10:00:01Z", 7));
  const from = server.requests.length;
  const second = await pollFacts(facts, context({ cursor }));
  assert.deepEqual(
    asked(server, "/settlements", from).map((each) => [each.subaccount, each.min_ts]),
    [
      ["0", "0"],
      ["7", undefined],
    ],
  );
  // Another process knows of it through the cursor, though no fill names it again.
  fills.length = 0;
  const later = server.requests.length;
  const restarted = deps(server, clock);
  restarted.accounts.learn(subaccountsIn(second.cursor));
  await pollFacts(restarted, context({ cursor: second.cursor }));
  assert.deepEqual(asked(server, "/settlements", later).map((each) => each.subaccount), ["0", "7"]);
});

Deno.test("pollFacts() never moves its cursor past now, or back", async () => {
  const clock = new StepClock();
  const fills = [fillRow("a", new Date(clock.now() + 240_000).toISOString())];
  await using server = venue(clock, fills);
  const facts = deps(server, clock);
  const first = await pollFacts(facts, context());
  assert.deepEqual(ids(first), ["a"]);
  assert.equal(JSON.parse(first.cursor).fills, clock.now() / 1000);
  fills[0] = fillRow("late", "2026-11-20T10:00:00Z");
  const second = await pollFacts(facts, context({ cursor: first.cursor }));
  assert.equal(JSON.parse(second.cursor).fills, clock.now() / 1000);
});

Deno.test("pollFacts() begins again with a cursor of another shape", async () => {
  const clock = new StepClock();
  await using server = venue(clock, [fillRow("a", "2026-11-22T10:00:00Z")]);
  const poll = await pollFacts(deps(server, clock), context({ cursor: '{"v":0}' }));
  assert.equal(poll.backfilled, true);
  assert.deepEqual(asked(server, "/portfolio/fills"), [{ limit: "1000" }]);
});

Deno.test("pollFacts() gives what two rows of one id say alike once, and hides nothing where they differ", async () => {
  const clock = new StepClock();
  const row = fillRow("a", "2026-11-22T10:00:00.000001Z");
  await using server = venue(clock, [
    row,
    // Endpoints may write one content differently, or lack what another has.
    { ...row, count_fp: "1.0", fee_cost: "0.01", created_time: null, ts: 1795341600 },
    { ...row, count_fp: "99.00" },
    { ...row, ticker: "KX-2" },
    { ...row, count_fp: "99.00" },
  ]);
  const { events, rejected } = await pollFacts(deps(server, clock), context());
  assert.deepEqual(rejected, []);
  assert.deepEqual(
    events.map(({ subject, data }) => [subject, "count" in data && data.count]),
    [["KX-1", "1.00"], ["KX-1", "99.00"], ["KX-2", "1.00"]],
  );
  const source = fakeSource(() => Promise.resolve(poll()), { source: "/kalshi" });
  const log = new MemoryEventLog({ clock });
  await new Appender(source, log, clock).append(events, rejected, new AbortController().signal);
  assert.deepEqual(
    eventsOf(log, "pnl.source.rejected.v1").map(({ data }) => "path" in data && data.path),
    ["count"],
    "once for the row's id",
  );
});
