import assert from "node:assert/strict";
import { parseCount, parsePrice, UnfoldableError } from "./contracts.ts";
import {
  emptyMarket,
  isOpen,
  type Market,
  settlementFee,
  trade,
  venueRealized,
} from "./kalshi_book.ts";
import { formatMoney, parseMoney } from "./money.ts";

/** The market after some trades: `[+10, "0.43"]` is ten YES at 0.43. */
function after(...trades: readonly (readonly [number, string])[]): Market & { last: string } {
  const market = emptyMarket();
  let last = "";
  for (const [contracts, price] of trades) {
    const size = parseCount(Math.abs(contracts).toString());
    const done = trade(market, Math.sign(contracts) * size, parsePrice(price));
    last = formatMoney(done.cash);
    Object.assign(market, done, { realized: market.realized + done.realized });
  }
  return { ...market, last };
}

function figures(market: Market): [number, string, string] {
  return [market.count / 100, formatMoney(market.cost), formatMoney(market.realized)];
}

Deno.test("trade() opens YES at the YES price and NO at a dollar less it", () => {
  assert.deepEqual(figures(after([10, "0.43"])), [10, "4.30", "0.00"]);
  assert.deepEqual(figures(after([-10, "0.43"])), [-10, "5.70", "0.00"]);
  assert.equal(after([10, "0.43"]).last, "-4.30");
  assert.equal(after([-10, "0.43"]).last, "-5.70");
});

Deno.test("trade() closes YES at the YES price and NO at a dollar less it", () => {
  assert.deepEqual(figures(after([10, "0.43"], [-10, "0.50"])), [0, "0.00", "0.70"]);
  assert.deepEqual(figures(after([-10, "0.43"], [10, "0.40"])), [0, "0.00", "0.30"]);
  assert.equal(after([10, "0.43"], [-10, "0.50"]).last, "5.00");
  assert.equal(after([-10, "0.43"], [10, "0.40"]).last, "6.00");
});

Deno.test("trade() keeps the average cost on a partial close", () => {
  assert.deepEqual(figures(after([10, "0.40"], [10, "0.60"], [-5, "0.80"])), [15, "7.50", "1.50"]);
});

Deno.test("trade() rounds the remaining cost half-even from the anchor, and is exact when flat", () => {
  const third = after([1, "0.10"], [2, "0.20"], [-1, "0.20"]);
  assert.deepEqual(figures(third), [2, "0.333333333", "0.033333333"]);
  const twice = after([1, "0.10"], [2, "0.20"], [-1, "0.20"], [-1, "0.20"]);
  assert.deepEqual(
    figures(twice),
    [1, "0.166666667", "0.066666667"],
    "from the anchor, not the rest",
  );
  const flat = after([1, "0.10"], [2, "0.20"], [-1, "0.20"], [-1, "0.20"], [-1, "0.20"]);
  assert.deepEqual(figures(flat), [0, "0.00", "0.10"]);
  assert.deepEqual([flat.anchorCost, flat.anchorCount], [0n, 0]);
});

Deno.test("trade() across zero closes all and opens the rest on the other side", () => {
  const crossed = after([10, "0.43"], [-15, "0.50"]);
  assert.deepEqual(figures(crossed), [-5, "2.50", "0.70"]);
  assert.equal(crossed.last, "2.50");
  assert.deepEqual(figures(after([-10, "0.43"], [15, "0.40"])), [5, "2.00", "0.30"]);
  const reduced = after([10, "0.43"], [-15, "0.50"], [1, "0.50"]);
  assert.deepEqual(figures(reduced), [-4, "2.00", "0.70"], "the anchor is that of the new side");
});

Deno.test("trade() refuses a position beyond the safe integers and changes nothing", () => {
  const market = { ...emptyMarket(), count: Number.MAX_SAFE_INTEGER - 1 };
  assert.throws(() => trade(market, 2, 0), UnfoldableError);
  assert.equal(market.count, Number.MAX_SAFE_INTEGER - 1);
});

Deno.test("isOpen() is false for a flat and for a settled market", () => {
  assert.equal(isOpen(after([1, "0.5"])), true);
  assert.equal(isOpen(after([1, "0.5"], [-1, "0.5"])), false);
  const settlement = { venueRealized: parseMoney("0"), scalarFee: null };
  assert.equal(isOpen({ ...after([1, "0.5"]), settlement }), false);
});

Deno.test("venueRealized() counts a dollar for each pair netted before", () => {
  const row = {
    yesCount: 1000,
    noCount: 400,
    yesCost: parseMoney("4.30"),
    noCost: parseMoney("2.00"),
    revenue: parseMoney("6.00"),
  };
  assert.equal(formatMoney(venueRealized(row)), "3.70");
});

Deno.test("settlementFee() is what a scalar result's fee exceeds the fills' fees by", () => {
  const mark = { venueRealized: parseMoney("0"), scalarFee: parseMoney("0.25") };
  assert.equal(formatMoney(settlementFee(mark, parseMoney("0.17"))), "0.08");
  assert.equal(formatMoney(settlementFee(mark, parseMoney("0.30"))), "0.00");
  assert.equal(formatMoney(settlementFee(mark, parseMoney("-0.05"))), "0.30");
  assert.equal(formatMoney(settlementFee(null, parseMoney("-0.05"))), "0.00");
  assert.equal(
    formatMoney(settlementFee({ ...mark, scalarFee: null }, parseMoney("-0.05"))),
    "0.00",
  );
});
