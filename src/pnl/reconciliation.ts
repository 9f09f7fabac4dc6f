/**
 * What the venue reports, held against what follows from the facts. Evaluated when a bracketed reading
 * is folded (the same before and after the facts were read), kept until the next evaluation.
 */
import { derivedCash, type KalshiAccount, subaccountOf } from "./kalshi_account.ts";
import type { RecordedEvent } from "./event.ts";
import { minus, type Money, parseMoney, plus, ZERO } from "./money.ts";

/** The last evaluation: reported minus derived. */
export interface Reconciliation {
  cash: Money | null;
  realized: Money | null;
  /** Time of the reading that was evaluated last; null before the first. */
  at: string | null;
}

/** Nothing evaluated yet. */
export function emptyReconciliation(): Reconciliation {
  return { cash: null, realized: null, at: null };
}

/**
 * Cash over all subaccounts as last observed; null until each that a fact named has been observed, for
 * a part of it would look like the whole.
 */
export function observedCash(account: KalshiAccount): Money | null {
  let sum: Money | null = null;
  for (const subaccount of account.subaccounts.values()) {
    if (subaccount.cash !== null) sum = plus(sum ?? ZERO, subaccount.cash);
    else if (subaccount.traded) return null;
  }
  return sum;
}

/**
 * Folds a reading of cash.
 *
 * @param whole the facts have been read from their beginning; nothing is compared before
 * @throws {InvalidDecimalError} with nothing changed
 */
export function applyCash(
  account: KalshiAccount,
  reconciliation: Reconciliation,
  event: RecordedEvent<"pnl.kalshi.cash.observed.v1">,
  whole: boolean,
): void {
  const cash = parseMoney(event.data.cash);
  subaccountOf(account, event.data.subaccount).cash = cash;
  if (event.time > account.observedAt) account.observedAt = event.time;
  if (!whole || !event.data.bracketed) return;
  const reported = observedCash(account);
  if (reported === null) return;
  reconciliation.cash = minus(reported, derivedCash(account));
  reconciliation.at = event.time;
}

/**
 * Folds a reading of positions: realised P&L by (subaccount, ticker), which at the venue too is without
 * fees. A settled market is left out, for the venue drops it sooner or later; the formula of its
 * settlement row stands in its place.
 *
 * @param whole the facts have been read from their beginning; nothing is compared before
 * @throws {InvalidDecimalError} with nothing changed
 */
export function applyPositions(
  account: KalshiAccount,
  reconciliation: Reconciliation,
  event: RecordedEvent<"pnl.kalshi.positions.observed.v1">,
  whole: boolean,
): void {
  if (!whole || !event.data.bracketed) return;
  const markets = account.subaccounts.get(event.data.subaccount)?.markets;
  let difference = ZERO;
  for (const row of event.data.positions) {
    const reported = parseMoney(row.realizedPnl);
    const market = markets?.get(row.ticker);
    if (market !== undefined && market.settlement !== null) continue;
    difference = plus(difference, minus(reported, market?.realized ?? ZERO));
  }
  subaccountOf(account, event.data.subaccount).realizedDifference = difference;
  let sum = account.settledDifference;
  for (const subaccount of account.subaccounts.values()) {
    sum = plus(sum, subaccount.realizedDifference ?? ZERO);
  }
  reconciliation.realized = sum;
  reconciliation.at = event.time;
}

/** Folds a valuation of a subaccount's positions, and what they had cost at that moment. */
export function applyValuation(
  account: KalshiAccount,
  event: RecordedEvent<"pnl.kalshi.portfolio.valued.v1">,
): void {
  const value = parseMoney(event.data.value);
  const subaccount = subaccountOf(account, event.data.subaccount);
  subaccount.value = value;
  subaccount.costWhenValued = subaccount.openCost;
  if (event.time > account.observedAt) account.observedAt = event.time;
}

/** Worth of all positions as last observed, and what they had cost then. */
export interface Valuation {
  readonly value: Money;
  readonly cost: Money;
}

/** The valuation over all subaccounts; null until each that holds something has been valued. */
export function valuation(account: KalshiAccount): Valuation | null {
  let value: Money | null = null;
  let cost = ZERO;
  for (const subaccount of account.subaccounts.values()) {
    if (subaccount.value !== null) {
      value = plus(value ?? ZERO, subaccount.value);
      cost = plus(cost, subaccount.costWhenValued);
    } else if (subaccount.openPositions > 0) return null;
  }
  return value === null ? null : { value, cost };
}
