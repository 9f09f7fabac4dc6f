/** The accounts of double-entry bookkeeping that the ledger's sums are kept in. */
import { checkedCash } from "./kalshi_account.ts";
import type { Ledger } from "./ledger.ts";
import { minus, type Money, money, ZERO } from "./money.ts";

/** The accounts, in the order in which an entry names them. */
export const ACCOUNTS = [
  "Assets:Kalshi:Cash",
  "Assets:Kalshi:Positions",
  "Assets:Kalshi:Unreconciled",
  "Assets:Revenue:Collected",
  "Assets:Revenue:Outstanding",
  "Liabilities:Anthropic",
  "Liabilities:Revenue:Deferred",
  "Equity:Kalshi:Deposits",
  "Equity:Kalshi:Withdrawals",
  "Equity:Kalshi:Unreconciled",
  "Equity:Adjustments",
  "Income:Kalshi:Realized",
  "Income:Kalshi:Adjustments",
  "Income:Revenue:Opening",
  "Income:Revenue:Collected",
  "Income:Revenue:Adjustments",
  "Expenses:Kalshi:Fees",
  "Expenses:Anthropic:Costs",
  "Expenses:Anthropic:Adjustments",
] as const;

/** The name of an account. */
export type Account = (typeof ACCOUNTS)[number];

/**
 * An amount for each account, with the signs of plain-text accounting: assets and expenses grow upwards,
 * liabilities, equity and income downwards. All of them add up to zero.
 */
export type Balances = Readonly<Record<Account, Money>>;

/** Sums that the ledger has by day, or not any more. */
export interface KeptSums {
  /** Anthropic's costs over all days. */
  readonly costs: Money;
  /** What was collected by the first totals of the billing service. */
  readonly opening: Money;
}

/**
 * The balances of the accounts.
 *
 * @throws {LedgerFaultError} where the ledger's own sums contradict each other
 */
export function balancesOf(ledger: Ledger, { costs, opening }: KeptSums): Balances {
  const { account, adjustments } = ledger;
  const collected = ledger.revenue?.collected ?? ZERO;
  const outstanding = minus(ledger.revenue?.invoiced ?? ZERO, collected);
  const unexplained = unexplainedCash(ledger);
  return {
    "Assets:Kalshi:Cash": checkedCash(account),
    "Assets:Kalshi:Positions": account.openCost,
    "Assets:Kalshi:Unreconciled": unexplained,
    "Assets:Revenue:Collected": collected,
    "Assets:Revenue:Outstanding": outstanding,
    "Liabilities:Anthropic": minus(ZERO, costs),
    "Liabilities:Revenue:Deferred": minus(ZERO, outstanding),
    "Equity:Kalshi:Deposits": minus(ZERO, account.deposits),
    "Equity:Kalshi:Withdrawals": account.withdrawals,
    "Equity:Kalshi:Unreconciled": minus(ZERO, unexplained),
    "Equity:Adjustments": money(adjustments.kalshi + adjustments.revenue - adjustments.anthropic),
    "Income:Kalshi:Realized": minus(ZERO, account.realized),
    "Income:Kalshi:Adjustments": minus(ZERO, adjustments.kalshi),
    "Income:Revenue:Opening": minus(ZERO, opening),
    "Income:Revenue:Collected": minus(opening, collected),
    "Income:Revenue:Adjustments": minus(ZERO, adjustments.revenue),
    "Expenses:Kalshi:Fees": account.fees,
    "Expenses:Anthropic:Costs": costs,
    "Expenses:Anthropic:Adjustments": adjustments.anthropic,
  };
}

/** Cash that the venue reports and the facts do not explain, as the snapshot shows it. */
function unexplainedCash({ reconciliation, sources }: Ledger): Money {
  return sources.kalshi.backfilled ? reconciliation.cash?.amount ?? ZERO : ZERO;
}
