import assert from "node:assert/strict";
import { Holding } from "./holding.ts";
import { feeOf, payFor } from "./trading.ts";

const newHolding = () => new Holding(0, "KXA-26NOV22-T1", "KXA-26NOV22");

Deno.test("Holding realises a partial close at average cost", () => {
  const holding = newHolding();
  assert.equal(holding.trade("yes", 1000, 4000, 1), -4_000_000);
  assert.equal(holding.trade("yes", 1000, 5000, 2), -5_000_000);
  assert.equal(holding.trade("no", 500, 6000, 3), 3_000_000);
  assert.equal(holding.position, 1500);
  assert.equal(holding.openCost, 6_750_000_000);
  assert.equal(holding.realized, 750_000_000);
});

Deno.test("Holding crosses zero in two steps and values NO at one minus the price", () => {
  const holding = newHolding();
  holding.trade("yes", 300, 4000, 1);
  assert.equal(holding.trade("no", 500, 3000, 2), 900_000 - 1_400_000);
  assert.equal(holding.position, -200);
  assert.equal(holding.openCost, 1_400_000_000);
  assert.equal(holding.realized, -300_000_000);
  holding.trade("yes", 200, 2500, 3);
  assert.equal(holding.position, 0);
  assert.equal(holding.openCost, 0);
  assert.equal(holding.realized, -200_000_000);
});

Deno.test("Holding's partial closes are shares of the cost at the last increase", () => {
  const whole = newHolding();
  const split = newHolding();
  for (const holding of [whole, split]) {
    holding.trade("yes", 700, 3333, 1);
    holding.trade("yes", 401, 5001, 2);
  }
  whole.trade("no", 300, 5000, 3);
  for (let i = 0; i < 300; i += 1) split.trade("no", 1, 5000, 3 + i);
  assert.equal(split.openCost, 3_156_348_139);
  assert.equal(split.realized, whole.realized);
  assert.equal(split.openCost, whole.openCost);
});

Deno.test("Holding.settle() pays the net position only, and ends the market", () => {
  const holding = newHolding();
  holding.trade("yes", 1000, 4300, 1);
  holding.trade("no", 400, 5000, 2);
  const paid = holding.settle({ result: "yes", value: 100, ...payFor(600, 100, false), time: 3 });
  assert.equal(paid, 6_000_000);
  assert.equal(holding.realized, (6_000_000 + 4_000_000 - 4_300_000 - 2_000_000) * 1000);
  assert.equal(holding.position, 0);
  assert.throws(() => holding.trade("yes", 1, 5000, 4), RangeError);
});

Deno.test("feeOf() gives the fees seen on the wire", () => {
  assert.equal(feeOf(100, 5200, true, -520_000, false), 17_500);
  assert.equal(feeOf(1000, 4300, true, -4_300_000, false), 171_600);
});

Deno.test("feeOf() leaves a balance of whole 1e-4 dollars, for makers too", () => {
  for (const [count, price] of [[1, 5235], [37, 1111], [250, 9899]] as const) {
    for (const taker of [true, false]) {
      const flow = -count * price;
      assert.ok((flow - feeOf(count, price, taker, flow, false)) % 100 === 0);
    }
  }
  assert.ok(feeOf(1000, 5000, false, -5_000_000, true) < 0, "a rebate");
});

Deno.test("payFor() cuts a scalar payout to cents, or charges what it rounded up", () => {
  assert.deepEqual(payFor(55, 37, false), { revenueCents: 20, settlementFee: 0 });
  assert.deepEqual(payFor(55, 37, true), { revenueCents: 21, settlementFee: 6500 });
  assert.deepEqual(payFor(-55, 37, false), { revenueCents: 34, settlementFee: 0 });
  assert.deepEqual(payFor(55, 100, true), { revenueCents: 55, settlementFee: 0 });
  assert.deepEqual(payFor(-55, 100, true), { revenueCents: 0, settlementFee: 0 });
});
