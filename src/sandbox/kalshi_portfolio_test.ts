import assert from "node:assert/strict";
import { startSandbox } from "./sandbox.ts";
import { StepClock, units, venue, venueRows } from "./testing.ts";

const quiet = (clock: StepClock, change = {}) =>
  startSandbox({ clock, live: false, rateLimit: false, ...change });

Deno.test("GET fills pages newest first, without loss while trades come in between", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock);
  try {
    const before = await venueRows(sandbox, clock, "/portfolio/fills?limit=1000", "fills");
    const first = (await venue(sandbox, clock, "/portfolio/fills?limit=50")).body;
    sandbox.advance(200);
    const rest = await venueRows(
      sandbox,
      clock,
      "/portfolio/fills?limit=50",
      "fills",
      first.cursor,
    );
    assert.deepEqual([...first.fills, ...rest].map((f) => f.fill_id), before.map((f) => f.fill_id));
    const times = before.map((fill) => fill.created_time);
    assert.deepEqual(times, [...times].sort().reverse());
    assert.equal(new Set(before.map((f) => f.fill_id)).size, before.length);
  } finally {
    await sandbox.stop();
  }
});

Deno.test("GET fills ends at the cutoff; what is older is only in historical/fills", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock);
  try {
    const cutoff = (await venue(sandbox, clock, "/historical/cutoff")).body.trades_created_ts;
    assert.equal(cutoff, "2026-10-23T00:00:00.000000Z");
    const live = await venueRows(sandbox, clock, "/portfolio/fills", "fills");
    const old = await venueRows(sandbox, clock, "/historical/fills", "fills");
    assert.ok(live.length > 100 && old.length > 100);
    assert.ok(
      live.every((f) => f.created_time >= cutoff) && old.every((f) => f.created_time < cutoff),
    );
    assert.equal(live.length + old.length, 600);
    assert.ok(live.every((f) => f.exchange_index === 0));
    assert.ok(old.every((f) => !("exchange_index" in f) && !("ts" in f)), "older rows lack fields");
    clock.add(86_400_000);
    const later = (await venueRows(sandbox, clock, "/portfolio/fills", "fills")).length;
    assert.ok(later < live.length, "the cutoff moves");
  } finally {
    await sandbox.stop();
  }
});

Deno.test("GET fills filters by time in seconds, ticker, order and subaccount", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock);
  const fills = (query: string) => venueRows(sandbox, clock, `/portfolio/fills?${query}`, "fills");
  try {
    const all = await fills("");
    const middle = all[Math.floor(all.length / 2)];
    const since = await fills(`min_ts=${middle.ts}`);
    assert.deepEqual(since, all.filter((f) => f.ts >= middle.ts));
    const until = await fills(`max_ts=${middle.ts}`);
    assert.deepEqual(until, all.filter((f) => f.ts < middle.ts));
    assert.deepEqual(
      await fills(`ticker=${middle.ticker}`),
      all.filter((f) => f.ticker === middle.ticker),
    );
    assert.deepEqual(
      await fills(`order_id=${middle.order_id}`),
      all.filter((f) => f.order_id === middle.order_id),
    );
    const one = await fills("subaccount=1");
    assert.deepEqual(one, all.filter((f) => f.subaccount_number === 1));
    assert.ok(one.length > 0 && one.length < all.length, "no subaccount means all");
  } finally {
    await sandbox.stop();
  }
});

Deno.test("GET fills says direction by outcome_side, whatever side and action say", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock);
  try {
    const fills = await venueRows(sandbox, clock, "/portfolio/fills?limit=1000", "fills");
    const kinds = new Set(
      fills.map((f) => `${f.action}-${f.side} ${f.outcome_side} ${f.book_side}`),
    );
    assert.deepEqual([...kinds].sort(), [
      "buy-no no ask",
      "buy-yes yes bid",
      "sell-no yes bid",
      "sell-yes no ask",
    ]);
    for (const fill of fills) {
      assert.match(fill.count_fp, /^\d+\.\d\d$/);
      assert.match(fill.yes_price_dollars, /^0\.\d{4}$/);
      assert.equal(units(fill.yes_price_dollars) + units(fill.no_price_dollars), 1_000_000n);
      assert.match(fill.fee_cost, /^-?\d+\.\d{6}$/);
      assert.match(fill.created_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      assert.equal(fill.trade_id, fill.fill_id);
    }
  } finally {
    await sandbox.stop();
  }
});

Deno.test("GET positions are the sum of fills, less what was settled", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock);
  try {
    sandbox.advance(1_000);
    const fills = [
      ...await venueRows(sandbox, clock, "/historical/fills?limit=1000", "fills"),
      ...await venueRows(sandbox, clock, "/portfolio/fills?limit=1000", "fills"),
    ];
    for (const subaccount of [0, 1]) {
      const held = new Map<string, bigint>();
      for (const fill of fills.filter((f) => f.subaccount_number === subaccount)) {
        const count = units(fill.count_fp, 2) * (fill.outcome_side === "yes" ? 1n : -1n);
        held.set(fill.ticker, (held.get(fill.ticker) ?? 0n) + count);
      }
      const ends = await venueRows(
        sandbox,
        clock,
        `/portfolio/settlements?subaccount=${subaccount}`,
        "settlements",
      );
      for (const { ticker, yes_count_fp, no_count_fp } of ends) {
        assert.equal(
          units(yes_count_fp, 2) - units(no_count_fp, 2),
          held.get(ticker),
          "gross counts",
        );
        held.set(ticker, 0n);
      }
      const rows = await venueRows(
        sandbox,
        clock,
        `/portfolio/positions?subaccount=${subaccount}&limit=3`,
        "market_positions",
      );
      const shown = new Map(rows.map((row) => [row.ticker, units(row.position_fp, 2)]));
      const old = await venueRows(
        sandbox,
        clock,
        `/historical/positions?subaccount=${subaccount}`,
        "market_positions",
      );
      assert.ok(old.length > 0 && old.every((row) => row.position_fp === "0.00"));
      for (const { ticker } of old) assert.ok(!shown.has(ticker), `${ticker} is in one place`);
      assert.equal(shown.size + old.length, held.size);
      for (const [ticker, position] of shown) assert.equal(position, held.get(ticker), ticker);
    }
  } finally {
    await sandbox.stop();
  }
});

Deno.test("GET positions asks for subaccount 0 by default and honours count_filter and ticker", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock);
  const positions = async (query: string) =>
    (await venue(sandbox, clock, `/portfolio/positions?${query}`)).body;
  try {
    sandbox.advance(300);
    const all = await positions("");
    assert.deepEqual(all, await positions("subaccount=0"));
    assert.notDeepEqual(all.market_positions, (await positions("subaccount=1")).market_positions);
    const open = (await positions("count_filter=position")).market_positions;
    assert.deepEqual(
      open,
      all.market_positions.filter((p: { position_fp: string }) => p.position_fp !== "0.00"),
    );
    assert.ok(open.length < all.market_positions.length, "a settled market stays for a while");
    const { ticker } = open[0];
    assert.deepEqual((await positions(`ticker=${ticker}`)).market_positions, [open[0]]);
    const cost = all.market_positions.map((p: { total_traded_dollars: string }) =>
      units(p.total_traded_dollars)
    );
    const byEvent = all.event_positions.map((p: { total_cost_dollars: string }) =>
      units(p.total_cost_dollars)
    );
    const sum = (values: bigint[]) => values.reduce((a, b) => a + b, 0n);
    assert.equal(sum(byEvent), sum(cost));
    assert.equal(
      (await venue(sandbox, clock, "/portfolio/positions?count_filter=size")).status,
      400,
    );
  } finally {
    await sandbox.stop();
  }
});

Deno.test("GET settlements: gross counts and costs, revenue of the net, fees of the fills; P&L as the books have it", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock);
  try {
    sandbox.advance(1_000);
    const books = new Map(sandbox.books().markets.map((m) => [`${m.subaccount} ${m.ticker}`, m]));
    const all = await venueRows(sandbox, clock, "/portfolio/settlements?limit=7", "settlements");
    let rows = 0;
    for (const subaccount of [0, 1]) {
      const path = `/portfolio/settlements?subaccount=${subaccount}`;
      for (const row of await venueRows(sandbox, clock, path, "settlements")) {
        rows += 1;
        assert.ok(Number.isInteger(row.revenue) && !("subaccount_number" in row));
        assert.ok(row.value === null || Number.isInteger(row.value));
        const [yes, no] = [units(row.yes_count_fp, 2), units(row.no_count_fp, 2)];
        const pairs = (yes < no ? yes : no) * 10_000n;
        const realized = BigInt(row.revenue) * 10_000n + pairs - units(row.yes_total_cost_dollars) -
          units(row.no_total_cost_dollars);
        const book = books.get(`${subaccount} ${row.ticker}`);
        assert.equal(realized * 1000n, units(book?.realizedPnl ?? "", 9), row.ticker);
        assert.equal(units(row.fee_cost), units(book?.fees ?? ""), row.ticker);
      }
    }
    assert.equal(all.length, rows, "no subaccount means all");
    assert.ok(
      all.some((row) => row.value === null) && all.some((row) => row.market_result === "scalar"),
    );
    const pair = Map.groupBy(all, (row) => `${row.ticker} ${row.settled_time}`);
    assert.ok(
      [...pair.values()].some((same) => same.length === 2),
      "both subaccounts in one market",
    );
  } finally {
    await sandbox.stop();
  }
});

Deno.test("GET balance cuts cents off, keeps subaccounts apart, and its parts agree", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock, { seed: 3 });
  try {
    sandbox.advance(100);
    const { cash } = sandbox.books();
    const { subaccount_balances: both } =
      (await venue(sandbox, clock, "/portfolio/subaccounts/balances")).body;
    for (const subaccount of [0, 1]) {
      const { body } = await venue(sandbox, clock, `/portfolio/balance?subaccount=${subaccount}`);
      assert.equal(units(body.balance_dollars), units(cash[subaccount] ?? ""));
      assert.equal(BigInt(body.balance), units(body.balance_dollars) / 10_000n);
      assert.deepEqual(body.balance_breakdown, [{
        balance: body.balance_dollars,
        exchange_index: 0,
      }]);
      assert.equal(both[subaccount].balance, body.balance_dollars);
      assert.ok(Number.isInteger(body.portfolio_value) && body.portfolio_value > 0);
      assert.equal(body.updated_ts, Math.floor(clock.now() / 1000));
    }
    assert.deepEqual(
      (await venue(sandbox, clock, "/portfolio/balance")).body,
      (await venue(sandbox, clock, "/portfolio/balance?subaccount=0")).body,
    );
    assert.equal((await venue(sandbox, clock, "/portfolio/balance?subaccount=7")).body.balance, 0);
  } finally {
    await sandbox.stop();
  }
});

Deno.test("GET deposits and withdrawals show states, in cents and unix seconds", async () => {
  const clock = new StepClock();
  const sandbox = await quiet(clock);
  try {
    sandbox.advance(8_000);
    const books = sandbox.books().kalshi;
    for (const kind of ["deposits", "withdrawals"] as const) {
      const rows = await venueRows(sandbox, clock, `/portfolio/${kind}?limit=5`, kind);
      let applied = 0n;
      for (const row of rows) {
        assert.ok(["pending", "applied", "failed", "returned"].includes(row.status));
        assert.equal("finalized_ts" in row, row.status !== "pending");
        if (row.status !== "applied") continue;
        const fee = BigInt(row.fee_cents) * (kind === "deposits" ? -1n : 1n);
        applied += (BigInt(row.amount_cents) + fee) * 10_000n;
      }
      assert.equal(applied, units(books[kind]), kind);
      assert.ok(new Set(rows.map((row) => row.status)).size >= 3);
    }
  } finally {
    await sandbox.stop();
  }
});
