/** How the figures of the Kalshi account came about. */
import { corrections, derived, type ExplainedNode, leaf, signed, sum } from "./explain_node.ts";
import type { Subaccount } from "./kalshi_account.ts";
import { feesOf, type Market } from "./kalshi_book.ts";
import type { Ledger } from "./ledger.ts";
import { formatMoney, formatOrNull, type Money, plus, ZERO } from "./money.ts";
import { observedCash, valuation } from "./reconciliation.ts";
import type { Snapshot } from "./snapshot_schema.ts";

/** How many markets are listed one by one; the others are in one row. */
export const MARKETS_EXPLAINED = 100;
/** Positions worth naming of each of many markets. */
const POSITIONS_A_MARKET = 10;

type Kalshi = Snapshot["components"]["kalshi"];

/** Kalshi P&L: realised − fees + corrections. */
export function explainPnl(ledger: Ledger, kalshi: Kalshi): ExplainedNode {
  return signed({ name: "kalshi.pnl", label: "Kalshi P&L" }, kalshi.pnl, [
    ["+", explainRealized(ledger, kalshi)],
    ["−", explainFees(ledger, kalshi)],
    ["+", explainKalshiAdjustments(kalshi)],
  ]);
}

/** Realised P&L by market. */
export function explainRealized(ledger: Ledger, kalshi: Kalshi): ExplainedNode {
  const rows = marketRows(ledger, ({ realized }) => realized);
  return sum({ name: "kalshi.realizedPnl", label: "Realised P&L" }, kalshi.realizedPnl, rows);
}

/** Fees by market. */
export function explainFees(ledger: Ledger, kalshi: Kalshi): ExplainedNode {
  return sum({ name: "kalshi.fees", label: "Fees" }, kalshi.fees, marketRows(ledger, feesOf));
}

/** Corrections of Kalshi P&L. */
export function explainKalshiAdjustments({ adjustments }: Kalshi): ExplainedNode {
  const head = { name: "kalshi.adjustments", label: "Corrections of Kalshi P&L" };
  return leaf(head, adjustments, corrections("kalshi"));
}

interface Share {
  readonly ticker: string;
  readonly amount: Money;
  readonly subaccounts: number;
}

/** The markets that have a share in a figure, the largest first; those over the limit in one row. */
function marketRows({ account }: Ledger, amountOf: (market: Market) => Money): ExplainedNode[] {
  const shares = new Map<string, Share>();
  for (const { markets } of account.subaccounts.values()) {
    for (const [ticker, market] of markets) {
      const own = amountOf(market);
      if (own === ZERO) continue;
      const { amount, subaccounts } = shares.get(ticker) ?? { amount: ZERO, subaccounts: 0 };
      shares.set(ticker, { ticker, amount: plus(amount, own), subaccounts: subaccounts + 1 });
    }
  }
  const all = [...shares.values()].sort(bySize);
  const rows = all.slice(0, MARKETS_EXPLAINED).map(marketRow);
  const others = all.slice(MARKETS_EXPLAINED);
  if (others.length === 0) return rows;
  const rest = others.reduce((total, { amount }) => plus(total, amount), ZERO);
  const note = `The ${MARKETS_EXPLAINED} markets with the largest amounts are listed.`;
  return [
    ...rows,
    leaf(
      { name: "markets.other", label: `${others.length} other markets`, note },
      formatMoney(rest),
      null,
    ),
  ];
}

function marketRow({ ticker, amount, subaccounts }: Share): ExplainedNode {
  const note = subaccounts === 1 ? null : `In ${subaccounts} subaccounts.`;
  return leaf(
    { name: `market:${ticker}`, label: ticker, note },
    formatMoney(amount),
    { subject: ticker, most: POSITIONS_A_MARKET },
  );
}

function bySize(a: Share, b: Share): number {
  const [ofA, ofB] = [a.amount < 0n ? -a.amount : a.amount, b.amount < 0n ? -b.amount : b.amount];
  if (ofA !== ofB) return ofA > ofB ? -1 : 1;
  return a.ticker < b.ticker ? -1 : 1;
}

/** A figure of each subaccount as it was last observed, in order of their numbers. */
function subaccountRows(
  { account }: Ledger,
  amountOf: (subaccount: Subaccount) => Money | null,
  type: "pnl.kalshi.cash.observed.v1" | "pnl.kalshi.portfolio.valued.v1",
): ExplainedNode[] {
  const known = [...account.subaccounts].filter(([, subaccount]) => amountOf(subaccount) !== null);
  return known.sort(([a], [b]) => a - b).map(([number, subaccount]) =>
    leaf(
      { name: `subaccount:${number}`, label: `Subaccount ${number}`, note: "The last one counts." },
      formatOrNull(amountOf(subaccount)),
      { type, subject: String(number) },
    )
  );
}

/** Cash of all subaccounts as observed. */
export function explainBalance(ledger: Ledger, kalshi: Kalshi): ExplainedNode {
  const note = observedCash(ledger.account) === null
    ? "Not known until the cash of each subaccount that traded has been observed."
    : null;
  const rows = subaccountRows(ledger, ({ cash }) => cash, "pnl.kalshi.cash.observed.v1");
  return sum({ name: "kalshi.balance", label: "Cash", note }, kalshi.balance, rows);
}

/** Worth of all positions as observed. */
export function explainPortfolioValue(ledger: Ledger, kalshi: Kalshi): ExplainedNode {
  const note = kalshi.portfolioValue === null
    ? "Not known until each subaccount that holds something has been valued."
    : null;
  const rows = subaccountRows(ledger, ({ value }) => value, "pnl.kalshi.portfolio.valued.v1");
  const head = { name: "kalshi.portfolioValue", label: "Value of positions", note };
  return sum(head, kalshi.portfolioValue, rows);
}

/** What the positions are worth less what they had cost when they were valued. */
export function explainUnrealized(ledger: Ledger, kalshi: Kalshi): ExplainedNode {
  const head = { name: "kalshi.unrealizedPnl", label: "Unrealised P&L" };
  const cost = sum(
    { name: "kalshi.costWhenValued", label: "Cost of the positions when they were valued" },
    formatOrNull(valuation(ledger.account)?.cost ?? null),
    subaccountRows(ledger, costOf, "pnl.kalshi.portfolio.valued.v1"),
  );
  if (kalshi.unrealizedPnl === null) {
    const note = "Not known until the positions have been valued while nothing was traded.";
    return derived({ ...head, note }, null, null, []);
  }
  const note = "Not part of revenue.";
  return signed({ ...head, note }, kalshi.unrealizedPnl, [
    ["+", explainPortfolioValue(ledger, kalshi)],
    ["−", cost],
  ]);
}

/** A subaccount that was never valued has no part in it. */
function costOf({ value, costWhenValued }: Subaccount): Money | null {
  return value === null ? null : costWhenValued;
}
