/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Breakdown } from "../pnl/breakdown.ts";
import { formatMoney, minus, money, parseMoney, plus, ZERO } from "../pnl/money.ts";
import { waterfall } from "./waterfall_steps.ts";

/** A breakdown of some amounts in nano-dollars, that adds up as the server's do. */
function breakdownOf(amounts: readonly bigint[]): Breakdown {
  const [realized, fees, ofKalshi, collected, ofRevenue, spend, ofAnthropic] = amounts.map(money);
  const of = (amount = ZERO) => formatMoney(amount);
  const pnl = plus(minus(realized ?? ZERO, fees ?? ZERO), ofKalshi ?? ZERO);
  const billed = plus(collected ?? ZERO, ofRevenue ?? ZERO);
  const costs = plus(spend ?? ZERO, ofAnthropic ?? ZERO);
  return {
    schema: "pnl.breakdown.v1",
    position: 7,
    currency: "USD",
    totalRevenue: of(plus(pnl, billed)),
    totalExpenses: of(costs),
    netPnl: of(minus(plus(pnl, billed), costs)),
    kalshi: {
      pnl: of(pnl),
      realizedPnl: of(realized),
      fees: of(fees),
      adjustments: of(ofKalshi),
      cash: {
        derived: "0.00",
        deposits: "0.00",
        withdrawals: "0.00",
        trades: "0.00",
        settlements: "0.00",
        fees: of(fees),
      },
      openCost: "0.00",
      markets: [],
    },
    anthropic: {
      total: of(costs),
      day: "2026-11-22",
      spend: of(spend),
      adjustments: of(ofAnthropic),
      byDescription: [],
      monthToDate: of(spend),
      days: [],
    },
    revenue: {
      total: of(billed),
      collected: of(collected),
      adjustments: of(ofRevenue),
      invoiced: null,
      outstanding: null,
    },
  };
}

const AMOUNTS = fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), {
  minLength: 7,
  maxLength: 7,
});

Deno.test("waterfall() adds up to the server's totals to the last digit", () => {
  fc.assert(fc.property(AMOUNTS, (amounts) => {
    const breakdown = breakdownOf(amounts);
    const { steps, adds } = waterfall(breakdown);
    assert.equal(adds, true);
    let sum = ZERO;
    for (const { kind, amount, running } of steps) {
      if (kind === "part") sum = plus(sum, parseMoney(amount));
      assert.equal(formatMoney(sum), running);
    }
    assert.equal(formatMoney(sum), breakdown.netPnl);
  }));
});

Deno.test("waterfall() says what is left where the parts do not prove a total", () => {
  const right = breakdownOf([10n, 1n, 0n, 5n, 0n, 3n, 0n]);
  const wrong = waterfall({ ...right, netPnl: "0.01" });
  assert.equal(wrong.adds, false);
  assert.deepEqual(wrong.residual, { totalRevenue: "0.00", netPnl: "0.009999989" });
});

Deno.test("waterfall() leaves out adjustments of nothing, and nothing else", () => {
  const labels = (amounts: readonly bigint[]) =>
    waterfall(breakdownOf(amounts)).steps.map(({ label }) => label);
  const without = ["Realised", "Fees", "Collected", "Revenue", "Day's cost", "Net P&L"];
  assert.deepEqual(labels([0n, 0n, 0n, 0n, 0n, 0n, 0n]), without);
  assert.equal(
    labels([0n, 0n, 1n, 0n, 0n, 0n, -1n]).filter((each) => each === "Adjustments").length,
    2,
  );
});
