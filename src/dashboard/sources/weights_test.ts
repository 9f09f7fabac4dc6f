/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatMoney, money, parseMoney } from "../../pnl/money.ts";
import { SOURCES } from "../metrics.ts";
import { weightsOf } from "./weights.ts";

/** A snapshot of these figures, as far as it is looked at. */
function snapshot(kalshi: bigint, expenses: bigint, collected: bigint | null, adjusted = 0n) {
  const text = (amount: bigint) => formatMoney(money(amount));
  return JSON.parse(JSON.stringify({
    components: {
      kalshi: { pnl: text(kalshi) },
      revenue: {
        collected: collected === null ? null : text(collected),
        adjustments: text(adjusted),
      },
    },
    metrics: { totalExpenses: text(expenses) },
  }));
}

Deno.test("weightsOf() shares the sum of sizes out, a loss weighing as much as a gain", () => {
  const { total, of } = weightsOf(
    snapshot(-25_000_000_000n, 50_000_000_000n, 20_000_000_000n, 5_000_000_000n),
  );
  assert.equal(total, "100.00");
  assert.deepEqual(of, {
    kalshi: { amount: "-25.00", share: "25.00" },
    anthropic: { amount: "50.00", share: "50.00" },
    revenue: { amount: "25.00", share: "25.00" },
  });
});

Deno.test("weightsOf() has no shares of nothing", () => {
  const { total, of } = weightsOf(snapshot(0n, 0n, null));
  assert.equal(total, "0.00");
  assert.deepEqual(SOURCES.map((name) => of[name].share), [null, null, null]);
});

Deno.test("weightsOf() adds up to the last digit, whatever the figures", () => {
  const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
  fc.assert(fc.property(amount, amount, amount, amount, (...parts) => {
    const { total, of } = weightsOf(snapshot(...parts));
    const sizes = SOURCES.map((name) => parseMoney(of[name].amount.replace("-", "")));
    assert.equal(sizes.reduce((sum, each) => sum + each, 0n), parseMoney(total));
    const shares = SOURCES.map((name) => Number(of[name].share ?? 0));
    assert.ok(shares.every((share) => share >= 0 && share <= 100));
  }));
});
