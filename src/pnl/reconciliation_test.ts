import assert from "node:assert/strict";
import { money } from "./money.ts";
import {
  backfilled,
  bound,
  cash,
  fill,
  given,
  settlement,
  type Spec,
  type Story,
  transfer,
} from "./testing.ts";

interface Row {
  readonly ticker: string;
  readonly realizedPnl: string;
}

function positions(rows: readonly Row[], bracketed = true, subaccount = 0): Spec {
  return {
    type: "pnl.kalshi.positions.observed.v1",
    subject: String(subaccount),
    data: {
      subaccount,
      bracketed,
      positions: rows.map((row) => ({ count: "0", exposure: "0", fees: "0", ...row })),
    },
  };
}

function valued(value: string, subaccount = 0, bracketed = true): Spec {
  return {
    type: "pnl.kalshi.portfolio.valued.v1",
    subject: String(subaccount),
    data: { subaccount, value, bracketed },
  };
}

const ready = [bound("kalshi"), transfer("deposit", "d", "applied", "100"), backfilled("kalshi")];

function unreconciled(story: Story) {
  return story.now.components.kalshi.unreconciled;
}

Deno.test("unreconciled is null until the facts were read from their beginning, and then evaluated", () => {
  const deposit = transfer("deposit", "d", "applied", "100");
  const story = given(bound("kalshi"), deposit, cash("100.01", false));
  story.when(backfilled("kalshi"));
  assert.equal(unreconciled(story), null, "the reading was not bracketed");
  story.when(cash("99.99"));
  const evaluated = { at: "2026-11-22T12:00:00.000Z", cash: "-0.01", realizedPnl: null };
  assert.deepEqual(unreconciled(story), evaluated);
  const quiet = given(bound("kalshi"), deposit, cash("99.99"));
  assert.equal(unreconciled(quiet), null, "not read from the beginning yet");
  quiet.when(backfilled("kalshi"));
  assert.deepEqual(unreconciled(quiet), evaluated, "the last reading was of all facts");
});

Deno.test("an evaluation that facts of the backfill came after is dropped", () => {
  const story = given(bound("kalshi"), cash("0"), positions([{ ticker: "MKT", realizedPnl: "1" }]));
  story.when(transfer("deposit", "d", "applied", "100"), backfilled("kalshi"));
  assert.equal(unreconciled(story)?.cash, null, "the deposit moved it since");
  assert.equal(unreconciled(story)?.realizedPnl, "1.00", "a deposit does not touch it");
  const traded = given(
    bound("kalshi"),
    cash("0"),
    positions([{ ticker: "MKT", realizedPnl: "1" }]),
  );
  traded.when(fill("yes", "1", "0.5"), backfilled("kalshi"));
  assert.equal(unreconciled(traded), null);
  const both = given(bound("kalshi"), fill("yes", "1", "0.5"), cash("-0.5"));
  both.when(positions([{ ticker: "MKT", realizedPnl: "0" }]), backfilled("kalshi"));
  assert.equal(unreconciled(both)?.cash, "0.00");
  assert.equal(unreconciled(both)?.realizedPnl, "0.00");
  both.when(fill("no", "1", "0.5"), backfilled("kalshi"));
  assert.equal(unreconciled(both)?.cash, "0.00", "it was read from the beginning once for all");
});

Deno.test("a ledger whose sums contradict each other is not reconciled but said so", () => {
  const story = given(...ready, cash("100"));
  story.fold.ledger.account.openCost = money(1n);
  story.when(cash("100"));
  assert.equal(story.now.quality.quarantined, 1);
  assert.match(story.fold.quarantine[0]?.reason ?? "", /cash is 100.00 by its movements/);
});

Deno.test("unreconciled stays until the next evaluation", () => {
  const story = given(...ready, cash("90"));
  story.when({
    ...transfer("withdrawal", "w", "applied", "10"),
    recorded: "2026-11-22T12:01:00.000Z",
  });
  assert.equal(unreconciled(story)?.cash, "-10.00");
  assert.equal(unreconciled(story)?.at, "2026-11-22T12:00:00.000Z");
  story.when(cash("90"));
  assert.equal(unreconciled(story)?.cash, "0.00");
  assert.equal(unreconciled(story)?.at, "2026-11-22T12:01:00.000Z");
});

Deno.test("unreconciled tells the time of the reading that was evaluated last, of either kind", () => {
  const story = given(...ready, cash("100"));
  story.when({ ...positions([]), recorded: "2026-11-22T12:01:00.000Z" });
  assert.equal(unreconciled(story)?.at, "2026-11-22T12:01:00.000Z");
  story.when({ ...cash("99"), recorded: "2026-11-22T12:02:00.000Z" });
  assert.equal(unreconciled(story)?.at, "2026-11-22T12:02:00.000Z");
});

Deno.test("unreconciled cash is over all subaccounts, so that a transfer between them is nothing", () => {
  const story = given(
    ...ready,
    cash("100"),
    fill("yes", "10", "0.5", { subaccount: 1 }),
    cash("70"),
  );
  assert.equal(unreconciled(story)?.cash, "0.00", "subaccount 1 was not observed yet");
  story.when(cash("25", true, 1));
  assert.equal(unreconciled(story)?.cash, "0.00");
  story.when(cash("60"), cash("35", true, 1));
  assert.equal(unreconciled(story)?.cash, "0.00");
  story.when(cash("34", true, 1));
  assert.equal(unreconciled(story)?.cash, "-1.00");
});

Deno.test("unreconciled realised P&L is by market, without fees, over all subaccounts", () => {
  const trades = [0, 1].flatMap((subaccount) => [
    fill("yes", "10", "0.40", { subaccount, fee: "0.10" }),
    fill("no", "5", "0.50", { subaccount, fee: "0.10" }),
  ]);
  const story = given(...ready, ...trades, positions([{ ticker: "MKT", realizedPnl: "0.50" }]));
  assert.equal(unreconciled(story)?.realizedPnl, "0.00");
  story.when(positions([{ ticker: "MKT", realizedPnl: "0.45" }], true, 1));
  assert.equal(unreconciled(story)?.realizedPnl, "-0.05");
  story.when(positions([{ ticker: "MKT", realizedPnl: "9" }], false, 1));
  assert.equal(unreconciled(story)?.realizedPnl, "-0.05");
  story.when(positions([{ ticker: "UNKNOWN", realizedPnl: "1" }], true, 1));
  assert.equal(
    unreconciled(story)?.realizedPnl,
    "0.50",
    "1.00 that the book lacks, 0.50 that it has",
  );
});

Deno.test("unreconciled realised P&L counts an open market that the venue does not list", () => {
  const half = [fill("yes", "10", "0.40"), fill("no", "5", "0.50")];
  const open = given(...ready, ...half, positions([]));
  assert.equal(unreconciled(open)?.realizedPnl, "-0.50");
  const flat = given(...ready, ...half, fill("no", "5", "0.50"), positions([]));
  assert.equal(unreconciled(flat)?.realizedPnl, "0.00", "a flat market may be left out");
});

Deno.test("unreconciled realised P&L leaves out what is below the venue's last decimal, row by row", () => {
  const thirds = [fill("yes", "3", "0.3333"), fill("yes", "4", "0.40"), fill("no", "1", "0.50")];
  const story = given(...ready, ...thirds);
  assert.equal(story.now.components.kalshi.realizedPnl, "0.128585714");
  const reported = (realizedPnl: string) => {
    story.when(positions([{ ticker: "MKT", realizedPnl }]));
    return unreconciled(story)?.realizedPnl;
  };
  assert.equal(reported("0.128586"), "0.00", "rounded");
  assert.equal(reported("0.128585"), "0.00", "cut off");
  assert.equal(reported("0.128587"), "0.000001286");
  assert.equal(reported("0.128584"), "-0.000001714");
});

Deno.test("a settled market is held against its settlement row, not the venue's position", () => {
  const row = { yesCount: "10", yesCost: "4.30" };
  const right = given(...ready, fill("yes", "10", "0.43"), settlement("10", row));
  right.when(positions([{ ticker: "MKT", realizedPnl: "0" }]));
  assert.equal(unreconciled(right)?.realizedPnl, "0.00");
  const missing = given(...ready, fill("yes", "9", "0.43"), settlement("10", row), positions([]));
  assert.equal(unreconciled(missing)?.realizedPnl, "-0.43");
  missing.when(fill("yes", "1", "0.43"), positions([]));
  assert.equal(unreconciled(missing)?.realizedPnl, "0.00", "the missing fill came late");
});

Deno.test("unrealised P&L is the value less what the positions had cost when valued", () => {
  const story = given(fill("yes", "10", "0.40"));
  assert.equal(story.now.components.kalshi.unrealizedPnl, null);
  story.when(valued("4.50"));
  assert.equal(story.now.components.kalshi.unrealizedPnl, "0.50");
  story.when(fill("yes", "10", "0.40"));
  assert.equal(story.now.components.kalshi.unrealizedPnl, "0.50", "not yet valued anew");
  story.when(valued("9.10"));
  assert.equal(story.now.components.kalshi.unrealizedPnl, "1.10");
  assert.equal(story.now.components.kalshi.portfolioValue, "9.10");
});

Deno.test("unrealised P&L is null where a trade may stand between the value and the facts", () => {
  const story = given(fill("yes", "10", "0.40"), valued("4.50"), valued("5.00", 0, false));
  assert.equal(story.now.components.kalshi.portfolioValue, "5.00");
  assert.equal(story.now.components.kalshi.unrealizedPnl, null);
  story.when(valued("5.00"));
  assert.equal(story.now.components.kalshi.unrealizedPnl, "1.00");
});

Deno.test("the value is null until each subaccount that holds something has been valued", () => {
  const story = given(fill("yes", "10", "0.40"), fill("yes", "1", "0.40", { subaccount: 1 }));
  story.when(valued("4.50"));
  assert.equal(story.now.components.kalshi.portfolioValue, null);
  story.when(valued("0.30", 1));
  assert.equal(story.now.components.kalshi.portfolioValue, "4.80");
  assert.equal(story.now.components.kalshi.unrealizedPnl, "0.40");
});
