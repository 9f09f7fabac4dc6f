/**
 * What the venue reports, held against what follows from the facts. Evaluated when a bracketed reading
 * is folded (the same before and after the facts were read), kept until the next evaluation, and shown
 * once the facts have been read from their beginning.
 */
import type { RecordedEvent } from "./event.ts";
import { checkedCash, type KalshiAccount, subaccountOf } from "./kalshi_account.ts";
import { isOpen } from "./kalshi_book.ts";
import { minus, type Money, parseMoney, plus, ZERO } from "./money.ts";

/** An evaluated difference. */
export interface Difference {
  /** Reported minus derived. */
  readonly amount: Money;
  /** Time of the reading. */
  readonly at: string;
  /** Facts folded when it was evaluated, of those that it depends on. */
  readonly facts: number;
}

/** The last evaluations; null before the first. */
export interface Reconciliation {
  cash: Difference | null;
  realized: Difference | null;
}

/** The venue prints realised P&L in millionths of a dollar: what is below one of them is its rounding. */
const VENUE_STEP = 1_000n;

/** Nothing evaluated yet. */
export function emptyReconciliation(): Reconciliation {
  return { cash: null, realized: null };
}

/**
 * The facts have been read from their beginning: an evaluation that facts came after was of a part of
 * them, and is dropped.
 */
export function keepWhole(account: KalshiAccount, reconciliation: Reconciliation): void {
  if (reconciliation.cash?.facts !== movements(account)) reconciliation.cash = null;
  if (reconciliation.realized?.facts !== account.trades) reconciliation.realized = null;
}

/** Facts that move cash. */
function movements({ trades, transferStates }: KalshiAccount): number {
  return trades + transferStates;
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
 * @throws {InvalidDecimalError | LedgerFaultError} with nothing changed
 */
export function applyCash(
  account: KalshiAccount,
  reconciliation: Reconciliation,
  event: RecordedEvent<"pnl.kalshi.cash.observed.v1">,
): void {
  const cash = parseMoney(event.data.cash);
  const derived = checkedCash(account);
  subaccountOf(account, event.data.subaccount).cash = cash;
  if (event.time > account.observedAt) account.observedAt = event.time;
  const reported = event.data.bracketed ? observedCash(account) : null;
  if (reported === null) return;
  const { time: at } = event;
  reconciliation.cash = { amount: minus(reported, derived), at, facts: movements(account) };
}

/**
 * Folds a reading of positions: realised P&L by (subaccount, ticker), which at the venue too is without
 * fees. A market that is off by less than the venue's last decimal counts as agreeing; one that is open in
 * the book and not in the reading is held against nothing realised. A settled market is left out, for the venue drops it sooner or later; the formula of its settlement row stands in its
 * place.
 *
 * @throws {InvalidDecimalError} with nothing changed
 */
export function applyPositions(
  account: KalshiAccount,
  reconciliation: Reconciliation,
  event: RecordedEvent<"pnl.kalshi.positions.observed.v1">,
): void {
  if (!event.data.bracketed) return;
  const markets = account.subaccounts.get(event.data.subaccount)?.markets;
  let own = ZERO;
  const reportedBy = new Map(
    event.data.positions.map((row) => [row.ticker, parseMoney(row.realizedPnl)]),
  );
  for (const [ticker, market] of markets ?? []) {
    if (isOpen(market) && !reportedBy.has(ticker)) reportedBy.set(ticker, ZERO);
  }
  for (const [ticker, reported] of reportedBy) {
    const market = markets?.get(ticker);
    if (market !== undefined && market.settlement !== null) continue;
    const off = minus(reported, market?.realized ?? ZERO);
    if (off <= -VENUE_STEP || off >= VENUE_STEP) own = plus(own, off);
  }
  subaccountOf(account, event.data.subaccount).realizedDifference = own;
  let sum = account.settledDifference;
  for (const subaccount of account.subaccounts.values()) {
    sum = plus(sum, subaccount.realizedDifference ?? ZERO);
  }
  reconciliation.realized = { amount: sum, at: event.time, facts: account.trades };
}

/**
 * Folds a valuation of a subaccount's positions, and what they had cost at that moment: known where the
 * reading was bracketed, for otherwise a trade may stand between the value and the facts.
 */
export function applyValuation(
  account: KalshiAccount,
  event: RecordedEvent<"pnl.kalshi.portfolio.valued.v1">,
): void {
  const value = parseMoney(event.data.value);
  const subaccount = subaccountOf(account, event.data.subaccount);
  subaccount.value = value;
  subaccount.costWhenValued = event.data.bracketed ? subaccount.openCost : null;
  if (event.time > account.observedAt) account.observedAt = event.time;
}

/** Worth of all positions as last observed, and what they had cost then. */
export interface Valuation {
  readonly value: Money;
  /** Null where one of the valuations was not bracketed. */
  readonly cost: Money | null;
}

/** The valuation over all subaccounts; null until each that holds something has been valued. */
export function valuation(account: KalshiAccount): Valuation | null {
  let value: Money | null = null;
  let cost: Money | null = ZERO;
  for (const subaccount of account.subaccounts.values()) {
    if (subaccount.value !== null) {
      const { costWhenValued } = subaccount;
      value = plus(value ?? ZERO, subaccount.value);
      cost = cost === null || costWhenValued === null ? null : plus(cost, costWhenValued);
    } else if (subaccount.openPositions > 0) return null;
  }
  return value === null ? null : { value, cost };
}
