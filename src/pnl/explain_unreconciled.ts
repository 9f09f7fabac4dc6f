/** How far what the venue reports is from what follows from the facts, and from what that is found. */
import type { EventType } from "./event.ts";
import { explainBalance } from "./explain_kalshi.ts";
import { derived, type ExplainedNode, leaf, signed, sum } from "./explain_node.ts";
import { derivedCash } from "./kalshi_account.ts";
import type { Ledger } from "./ledger.ts";
import { formatMoney, minus, type Money, plus, ZERO } from "./money.ts";
import { type Difference, observedCash } from "./reconciliation.ts";
import type { Snapshot } from "./snapshot_schema.ts";

type Kalshi = Snapshot["components"]["kalshi"];

const NEVER = "Not evaluated yet: a reading is compared when it is the same before and after the " +
  "facts were read, and shown once these have been read from their beginning.";

/** A difference whose parts have changed since it was evaluated. */
function evaluated(name: string, label: string, value: string, difference: Difference | null) {
  const note =
    `Evaluated from the reading of ${difference?.at}; what came after is not part of it.`;
  return derived({ name, label, note }, value, null, [], {
    type: name.endsWith("cash")
      ? "pnl.kalshi.cash.observed.v1"
      : "pnl.kalshi.positions.observed.v1",
  });
}

/** Cash as the venue reports it less cash as the facts give it. */
export function explainCashDifference(ledger: Ledger, kalshi: Kalshi): ExplainedNode {
  const [name, label] = ["kalshi.unreconciled.cash", "Unreconciled cash"];
  const value = kalshi.unreconciled?.cash ?? null;
  const { cash } = ledger.reconciliation;
  if (value === null) return derived({ name, label, note: NEVER }, null, null, []);
  const reported = observedCash(ledger.account);
  const stands = reported !== null && minus(reported, derivedCash(ledger.account)) === cash?.amount;
  if (!stands) return evaluated(name, label, value, cash);
  const note = `Evaluated from the reading of ${cash.at}.`;
  return signed({ name, label, note }, value, [
    ["+", explainBalance(ledger, kalshi)],
    ["−", explainDerivedCash(ledger)],
  ]);
}

function explainDerivedCash({ account }: Ledger): ExplainedNode {
  const part = (name: string, label: string, amount: Money, type: EventType) =>
    leaf({ name: `kalshi.cash.${name}`, label }, formatMoney(amount), { type });
  const fill: EventType = "pnl.kalshi.fill.recorded.v1";
  const head = { name: "kalshi.derivedCash", label: "Cash that follows from the facts" };
  return signed(head, formatMoney(derivedCash(account)), [
    ["+", part("deposits", "Deposits", account.deposits, "pnl.kalshi.deposit.recorded.v1")],
    [
      "−",
      part(
        "withdrawals",
        "Withdrawals",
        account.withdrawals,
        "pnl.kalshi.withdrawal.recorded.v1",
      ),
    ],
    ["+", part("trades", "Trades", account.tradeCash, fill)],
    [
      "+",
      part(
        "settlements",
        "Settlements",
        account.settlementCash,
        "pnl.kalshi.settlement.recorded.v1",
      ),
    ],
    ["−", part("fees", "Fees", account.fees, fill)],
  ]);
}

/** Realised P&L as the venue reports it less that of the book. */
export function explainRealizedDifference(ledger: Ledger, kalshi: Kalshi): ExplainedNode {
  const [name, label] = ["kalshi.unreconciled.realizedPnl", "Unreconciled realised P&L"];
  const value = kalshi.unreconciled?.realizedPnl ?? null;
  const { realized } = ledger.reconciliation;
  if (value === null) return derived({ name, label, note: NEVER }, null, null, []);
  const { account } = ledger;
  const rows = [leaf(
    {
      name: "kalshi.settledDifference",
      label: "Settled markets",
      note: "By the formula of each settlement row, less by the book.",
    },
    formatMoney(account.settledDifference),
    { type: "pnl.kalshi.settlement.recorded.v1" },
  )];
  let total = account.settledDifference;
  for (const [number, { realizedDifference }] of [...account.subaccounts].sort(byNumber)) {
    if (realizedDifference === null) continue;
    total = plus(total, realizedDifference ?? ZERO);
    rows.push(differenceRow(number, realizedDifference));
  }
  if (total !== realized?.amount) return evaluated(name, label, value, realized);
  const note = `Evaluated from the reading of ${realized.at}.`;
  return sum({ name, label, note }, value, rows);
}

function differenceRow(number: number, amount: Money): ExplainedNode {
  return leaf(
    {
      name: `subaccount:${number}`,
      label: `Open markets of subaccount ${number}`,
      note: "By the venue's positions when they were last read, less by the book.",
    },
    formatMoney(amount),
    { type: "pnl.kalshi.positions.observed.v1", subject: String(number) },
  );
}

function byNumber([a]: readonly [number, unknown], [b]: readonly [number, unknown]): number {
  return a - b;
}
