import assert from "node:assert/strict";
import fc from "fast-check";
import { breakdown, MARKETS_LISTED } from "./breakdown.ts";
import { initialFold } from "./fold.ts";
import { anyHistory } from "../../tests/histories.ts";
import { parseMoney, plus, ZERO } from "./money.ts";
import { fill, given, settlement, type Spec } from "./testing.ts";

const $ = parseMoney;

function total(amounts: readonly string[]): bigint {
  return amounts.reduce((sum, amount) => plus(sum, $(amount)), ZERO);
}

Deno.test("breakdown() adds up to the current snapshot exactly, at every level", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    const story = given(...history);
    const { kalshi, anthropic, revenue, ...top } = breakdown(story.fold);
    const { metrics, components, position } = story.now;
    assert.deepEqual(
      [top.totalRevenue, top.totalExpenses, top.netPnl, top.position],
      [metrics.totalRevenue, metrics.totalExpenses, metrics.netPnl, position],
    );
    assert.equal($(kalshi.pnl) + $(revenue.total), $(top.totalRevenue));
    assert.equal(anthropic.total, top.totalExpenses);
    assert.equal(kalshi.pnl, components.kalshi.pnl);
    assert.equal($(kalshi.realizedPnl) - $(kalshi.fees) + $(kalshi.adjustments), $(kalshi.pnl));
    assert.equal(total(kalshi.markets.map((row) => row.realizedPnl)), $(kalshi.realizedPnl));
    assert.equal(total(kalshi.markets.map((row) => row.fees)), $(kalshi.fees));
    assert.equal(total(kalshi.markets.map((row) => row.cost)), $(kalshi.openCost));
    const { derived, deposits, withdrawals, trades, settlements, fees } = kalshi.cash;
    assert.equal($(deposits) - $(withdrawals) + $(trades) + $(settlements) - $(fees), $(derived));
    assert.equal($(anthropic.spend) + $(anthropic.adjustments), $(anthropic.total));
    assert.equal(total(anthropic.byDescription.map((row) => row.amount)), $(anthropic.spend));
    assert.equal(total(anthropic.days.map((row) => row.amount)), $(anthropic.monthToDate));
    assert.equal($(revenue.collected) + $(revenue.adjustments), $(revenue.total));
  }));
});

Deno.test("breakdown() lists open markets first and puts what is over the limit into one row", () => {
  const settled: Spec[] = Array.from({ length: MARKETS_LISTED + 5 }, (_, index) => [
    fill("yes", "1", "0.40", { ticker: `M${index}`, fee: "0.01" }),
    settlement("1.00", {}, { ticker: `M${index}` }),
  ]).flat();
  const { kalshi } = breakdown(given(fill("no", "2.50", "0.40"), ...settled).fold);
  assert.equal(kalshi.markets.length, MARKETS_LISTED + 1);
  assert.deepEqual(kalshi.markets[0], {
    subaccount: 0,
    ticker: "MKT",
    markets: 1,
    count: "-2.50",
    cost: "1.50",
    realizedPnl: "0.00",
    fees: "0.00",
    pnl: "0.00",
    settled: false,
  });
  assert.deepEqual(kalshi.markets.at(-1), {
    subaccount: null,
    ticker: null,
    markets: 6,
    count: null,
    cost: "0.00",
    realizedPnl: "3.60",
    fees: "0.06",
    pnl: "3.54",
    settled: null,
  });
});

Deno.test("breakdown() shows what of a day's cost is not described yet", () => {
  const described: Spec = {
    type: "pnl.anthropic.cost.observed.v1",
    subject: "2026-11-22",
    data: {
      day: "2026-11-22",
      amount: "3.50",
      byDescription: [{ description: "Output Tokens", amount: "3" }],
    },
  };
  assert.deepEqual(breakdown(given(described).fold).anthropic.byDescription, [
    { description: "Output Tokens", amount: "3.00" },
    { description: null, amount: "0.50" },
  ]);
  const earlier: Spec = {
    ...described,
    subject: "2026-11-21",
    data: { ...described.data, day: "2026-11-21" },
  };
  const { byDescription } = breakdown(given(described, earlier).fold).anthropic;
  assert.equal(byDescription.length, 2, "a later reading of an earlier day takes nothing away");
});

Deno.test("breakdown() of an empty log is zero", () => {
  const { totalRevenue, totalExpenses, netPnl, position } = breakdown(initialFold(5_000));
  assert.deepEqual([totalRevenue, totalExpenses, netPnl, position], ["0.00", "0.00", "0.00", 0]);
});
