import assert from "node:assert/strict";
import { Account, type AccountPlan } from "./account.ts";
import { booksOf } from "./books.ts";
import { MAX_FILLS } from "./trading.ts";
import { CENT } from "./units.ts";

const STARTED = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;
const plan = (change: Partial<AccountPlan> = {}): AccountPlan => ({
  seed: 5,
  startedAt: STARTED,
  live: true,
  historyDays: 45,
  fills: 600,
  ...change,
});

/** Everything an outsider can see. */
function stateOf(account: Account): unknown {
  const { trading, transfers, costs } = account;
  return {
    books: booksOf(account),
    fills: trading.fills,
    settlements: trading.settlements.map(({ payout }) => payout),
    transfers: [transfers.deposits, transfers.withdrawals],
    costs: [...costs.days],
  };
}

Deno.test("Account is the same however often it was looked at", () => {
  const once = new Account(plan());
  once.catchUp(STARTED + HOUR);
  const often = new Account(plan());
  for (let ms = 0; ms <= HOUR; ms += 777) often.catchUp(STARTED + ms);
  often.catchUp(STARTED + HOUR);
  assert.deepEqual(stateOf(often), stateOf(once));
  const other = new Account(plan({ seed: 6 }));
  other.catchUp(STARTED + HOUR);
  assert.notDeepEqual(stateOf(other), stateOf(once));
});

Deno.test("Account keeps what was when it moves on, and when the clock goes back", () => {
  const account = new Account(plan());
  account.catchUp(STARTED + HOUR);
  const before = structuredClone(account.trading.fills);
  account.catchUp(STARTED - HOUR);
  assert.deepEqual(account.trading.fills, before);
  account.catchUp(STARTED + 2 * HOUR);
  assert.deepEqual(account.trading.fills.slice(0, before.length), before);
});

Deno.test("Account's cash is what its rows add up to", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const account = new Account(plan({ seed, live: false }));
    account.advance(2_000, STARTED + HOUR);
    const { trading, transfers, wallets } = account;
    let cash = 0;
    for (const { outcome, count, price, fee } of trading.fills) {
      cash -= count * (outcome === "yes" ? price : 10_000 - price) + fee;
    }
    const holdings = [...trading.settled, ...trading.open.flatMap((m) => [...m.values()])];
    for (const { yesCount, noCount } of holdings) cash += Math.min(yesCount, noCount) * CENT;
    for (const { payout } of trading.settlements) {
      cash += payout.revenueCents * CENT - payout.settlementFee;
    }
    for (const { status, amountCents, feeCents } of transfers.deposits) {
      if (status === "applied") cash += (amountCents - feeCents) * CENT;
    }
    for (const { status, amountCents, feeCents } of transfers.withdrawals) {
      if (status === "applied") cash -= (amountCents + feeCents) * CENT;
    }
    assert.equal(wallets.cash(0) + wallets.cash(1), cash, `seed ${seed}`);
    assert.equal(cash % 100, 0, "the venue keeps balances to 1e-4 dollars");
    assert.ok(wallets.cash(0) >= 0 && wallets.cash(1) >= 0);
  }
});

Deno.test("Account's trades and settlements never share a microsecond and rise in time", () => {
  const account = new Account(plan());
  account.catchUp(STARTED + 6 * HOUR);
  account.advance(500, STARTED + 6 * HOUR);
  const { fills, settlements } = account.trading;
  const times = fills.map((fill) => fill.time);
  times.forEach((time, i) => assert.ok(i === 0 || time > (times[i - 1] ?? 0), `fill ${i}`));
  const taken = new Set(times);
  for (const { payout } of settlements) assert.ok(!taken.has(payout.time));
});

Deno.test("Account's history has every kind of row that a reader must understand", () => {
  const account = new Account(plan());
  account.advance(5_000, STARTED);
  const { fills, settlements, settled } = account.trading;
  assert.ok(fills.some((f) => f.count % 100 !== 0) && fills.some((f) => f.price % 100 !== 0));
  assert.ok(fills.some((f) => f.fee < 0) && fills.some((f) => f.action === "sell"));
  assert.deepEqual(new Set(fills.map((f) => f.subaccount)), new Set([0, 1]));
  assert.deepEqual(
    new Set(settlements.map((s) => s.payout.result)),
    new Set(["yes", "no", "scalar"]),
  );
  assert.ok(settlements.some((s) => s.payout.settlementFee > 0));
  assert.ok(settled.some((h) => h.yesCount > 0 && h.noCount > 0), "both sides traded");
  const states = [...account.transfers.deposits, ...account.transfers.withdrawals]
    .map((transfer) => transfer.status);
  assert.deepEqual([...new Set(states)].sort(), ["applied", "failed", "pending", "returned"]);
});

Deno.test("Account's history has exactly the fills asked for, and no more than the bound", () => {
  for (const fills of [0, 1, 600, 20_000]) {
    const account = new Account(plan({ fills }));
    assert.equal(account.trading.fills.length, fills);
  }
  assert.equal(new Account(plan({ historyDays: 0, fills: 50 })).trading.fills.length, 50);
  assert.throws(() => new Account(plan({ fills: MAX_FILLS + 1 })), RangeError);
});

Deno.test("Account lives at one step in two and a half seconds, and a week takes less than a second", () => {
  const account = new Account(plan());
  const began = performance.now();
  account.catchUp(STARTED + 7 * 24 * HOUR);
  const took = performance.now() - began;
  assert.ok(took < 1_000, `a week took ${took} ms`);
  const fills = account.trading.fills.length - 600;
  assert.ok(fills > 7 * 24 * 3600 / 7 && fills < 7 * 24 * 3600 / 3, `${fills} fills in a week`);
});

Deno.test("Account earns more than it spends, in sane sizes", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { revenue, kalshi, costs } = booksOf(new Account(plan({ seed })));
    assert.ok(Number(revenue.collected) > 5_000 && Number(revenue.collected) < 50_000);
    assert.ok(Number(revenue.invoiced) >= Number(revenue.collected));
    assert.ok(Math.abs(Number(kalshi.pnl)) < 1_500, kalshi.pnl);
    for (const { amount } of costs) assert.ok(Number(amount) >= 0 && Number(amount) < 200, amount);
  }
});
