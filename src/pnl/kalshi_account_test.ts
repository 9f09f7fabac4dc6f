import assert from "node:assert/strict";
import { derivedCash } from "./kalshi_account.ts";
import { formatMoney } from "./money.ts";
import { cash, fill, given, settlement, type Story, transfer } from "./testing.ts";

function kalshi(story: Story) {
  const { realizedPnl, fees, pnl, openPositions } = story.now.components.kalshi;
  return { realizedPnl, fees, pnl, openPositions };
}

function cashOf(story: Story): string {
  return formatMoney(derivedCash(story.fold.ledger.account));
}

const EARLY = "2026-11-22T11:00:00.000Z";
const LATER = "2026-11-22T11:30:00.000Z";

Deno.test("applyFill() takes fees from the fills, a rebate too", () => {
  const story = given(
    fill("yes", "1.00", "0.52", { fee: "0.017500" }),
    fill("no", "1.00", "0.60", { fee: "-0.0025" }),
  );
  assert.deepEqual(kalshi(story), {
    realizedPnl: "0.08",
    fees: "0.015",
    pnl: "0.065",
    openPositions: 0,
  });
  assert.equal(cashOf(story), "0.065");
});

Deno.test("applyFill() keeps the subaccounts' books apart", () => {
  const story = given(
    fill("yes", "10", "0.40", { subaccount: 0 }),
    fill("no", "10", "0.50", { subaccount: 1 }),
  );
  assert.deepEqual(kalshi(story), {
    realizedPnl: "0.00",
    fees: "0.00",
    pnl: "0.00",
    openPositions: 2,
  });
  assert.equal(cashOf(story), "-9.00");
});

Deno.test("applySettlement() closes the book's own net position", () => {
  const story = given(
    fill("yes", "10", "0.43", { fee: "0.17" }),
    fill("no", "4", "0.50", { fee: "0.07" }),
    settlement("6.00", {
      yesCount: "10",
      yesCost: "4.30",
      noCount: "4",
      noCost: "2.00",
      fee: "0.24",
    }),
  );
  assert.deepEqual(kalshi(story), {
    realizedPnl: "3.70",
    fees: "0.24",
    pnl: "3.46",
    openPositions: 0,
  });
  assert.equal(cashOf(story), "3.46");
  assert.equal(story.fold.ledger.account.settledDifference, 0n);
});

Deno.test("applySettlement() of a lost position takes its cost", () => {
  const story = given(fill("yes", "10", "0.43"), settlement("0.00", { result: "no" }));
  assert.equal(story.now.components.kalshi.realizedPnl, "-4.30");
});

Deno.test("applySettlement() counts a fee only where a scalar result's exceeds the fills'", () => {
  const row = { result: "scalar", fee: "0.25" };
  const early = { ticker: "MKT", fee: "0.10", time: EARLY };
  const order = [fill("yes", "10", "0.43", early), fill("yes", "1", "0.43", early)] as const;
  const last = given(...order, settlement("5.00", row));
  const between = given(order[0], settlement("5.00", row), order[1]);
  assert.equal(last.now.components.kalshi.fees, "0.25");
  assert.equal(
    between.now.components.kalshi.fees,
    "0.25",
    "a late fill's fee was in the row's fee",
  );
  assert.equal(cashOf(last), cashOf(between));
  const yes = given(...order, settlement("11.00", { result: "yes", fee: "0.25" }));
  assert.equal(yes.now.components.kalshi.fees, "0.20");
});

Deno.test("a second settlement of a market pays its revenue and no fee", () => {
  const row = { result: "scalar", fee: "0.50" };
  const story = given(
    fill("yes", "10", "0.43"),
    settlement("3.00", row),
    settlement("1.00", row),
  );
  assert.deepEqual(kalshi(story), {
    realizedPnl: "-0.30",
    fees: "0.50",
    pnl: "-0.80",
    openPositions: 0,
  });
  assert.equal(cashOf(story), "-0.80");
});

Deno.test("a fill of a settled market opens nothing and is realised at once, counted as late", () => {
  const story = given(
    fill("yes", "10", "0.43", { time: LATER }),
    settlement("10.00"),
    fill("no", "4", "0.50", { time: EARLY }),
  );
  assert.deepEqual(kalshi(story), {
    realizedPnl: "7.70",
    fees: "0.00",
    pnl: "7.70",
    openPositions: 0,
  });
  assert.equal(story.now.quality.late, 1);
});

Deno.test("late counts facts older than the newest of their subaccount and market", () => {
  const story = given(
    fill("yes", "1", "0.43", { time: LATER }),
    fill("yes", "1", "0.43", { time: EARLY, ticker: "OTHER" }),
    fill("yes", "1", "0.43", { time: EARLY, subaccount: 1 }),
  );
  assert.equal(story.now.quality.late, 0);
  story.when(fill("yes", "1", "0.43", { time: EARLY }), fill("yes", "1", "0.43", { time: LATER }));
  assert.equal(story.now.quality.late, 1);
});

Deno.test("applyTransfer() moves money when applied, less a deposit's fee, with a withdrawal's", () => {
  assert.equal(cashOf(given(transfer("deposit", "dep_1", "pending", "500"))), "0.00");
  const story = given(
    transfer("deposit", "dep_1", "pending", "500", "2"),
    transfer("deposit", "dep_1", "applied", "500", "2"),
    transfer("withdrawal", "wd_1", "applied", "100", "1"),
  );
  assert.equal(cashOf(story), "397.00");
});

Deno.test("applyTransfer() takes back what was returned, in either order of arrival", () => {
  const applied = transfer("deposit", "dep_1", "applied", "500");
  const returned = transfer("deposit", "dep_1", "returned", "500");
  const other = transfer("withdrawal", "dep_1", "applied", "20");
  assert.equal(cashOf(given(applied, other, returned)), "-20.00");
  assert.equal(cashOf(given(returned, other, applied)), "-20.00");
  assert.equal(cashOf(given(applied, transfer("deposit", "dep_1", "pending", "500"))), "500.00");
});

Deno.test("balance is null until each subaccount that a fact named has been observed", () => {
  const story = given(
    fill("yes", "1", "0.5"),
    fill("yes", "1", "0.5", { subaccount: 2 }),
    cash("10"),
  );
  assert.equal(story.now.components.kalshi.balance, null);
  story.when(cash("5", true, 2), cash("1", true, 3));
  assert.equal(story.now.components.kalshi.balance, "16.00");
});
