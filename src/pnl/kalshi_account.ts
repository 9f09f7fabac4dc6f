/**
 * The Kalshi account: its markets by subaccount, its transfers, and the cash that follows from them.
 * Every function computes all it needs before it changes anything.
 */
import { parseCount, parsePrice } from "./contracts.ts";
import type { RecordedEvent } from "./event.ts";
import {
  emptyMarket,
  isOpen,
  type Market,
  settlementFee,
  type SettlementMark,
  trade,
  venueRealized,
} from "./kalshi_book.ts";
import { formatMoney, minus, type Money, parseMoney, plus, ZERO } from "./money.ts";

/** A subaccount. */
export interface Subaccount {
  readonly markets: Map<string, Market>;
  /** Whether a fact named it. */
  traded: boolean;
  openPositions: number;
  /** Remaining cost of what is open. */
  openCost: Money;
  /** Cash as last observed. */
  cash: Money | null;
  /** Worth of the positions as last observed, and their cost then; null where that is not certain. */
  value: Money | null;
  costWhenValued: Money | null;
  /** Venue's realised P&L less the book's, over the markets of the last bracketed observation. */
  realizedDifference: Money | null;
}

/** The states of one transfer seen so far. */
export interface Transfer {
  /** What `applied` moved: positive in, negative out; null until then. */
  applied: Money | null;
  /** A later state took it back. */
  undone: boolean;
}

/** The account over all subaccounts. Sums are kept beside what they add up. */
export interface KalshiAccount {
  readonly subaccounts: Map<number, Subaccount>;
  /** By kind and transfer id. */
  readonly transfers: Map<string, Transfer>;
  deposits: Money;
  withdrawals: Money;
  /** Cash of all trades, without fees: negative where more was bought than sold. */
  tradeCash: Money;
  settlementCash: Money;
  realized: Money;
  fees: Money;
  openCost: Money;
  openPositions: number;
  /** Over settled markets: realised by the settlement rows' formula less realised by the book. */
  settledDifference: Money;
  /** Fills and settlements folded. */
  trades: number;
  /** States of transfers folded. */
  transferStates: number;
  late: number;
  /** Time of the oldest fact; empty before the first. */
  firstFact: string;
  /** Newest time of an event that set a figure; empty before the first. */
  observedAt: string;
}

/** An account that nothing is known of. */
export function emptyAccount(): KalshiAccount {
  return {
    subaccounts: new Map(),
    transfers: new Map(),
    deposits: ZERO,
    withdrawals: ZERO,
    tradeCash: ZERO,
    settlementCash: ZERO,
    realized: ZERO,
    fees: ZERO,
    openCost: ZERO,
    openPositions: 0,
    settledDifference: ZERO,
    trades: 0,
    transferStates: 0,
    late: 0,
    firstFact: "",
    observedAt: "",
  };
}

/** The ledger's own sums contradict each other: a fault of the program or of what it was restored from. */
export class LedgerFaultError extends Error {
  readonly code = "ledger_fault";
  constructor(readonly byCash: Money, readonly byProfit: Money) {
    super(
      `Cannot reconcile: cash is ${formatMoney(byCash)} by its movements, ${
        formatMoney(byProfit)
      } by profit and cost`,
    );
    this.name = "LedgerFaultError";
  }
}

/** Cash that follows from the facts: transfers, trades and settlements, less fees. */
export function derivedCash(account: KalshiAccount): Money {
  const { deposits, withdrawals, tradeCash, settlementCash, fees } = account;
  return (deposits - withdrawals + tradeCash + settlementCash - fees) as Money;
}

/**
 * Cash that follows from the facts, found in two ways: by what moved it, and by what was put in, earned
 * and is still bound in positions.
 *
 * @throws {LedgerFaultError} where they differ
 */
export function checkedCash(account: KalshiAccount): Money {
  const byCash = derivedCash(account);
  const { deposits, withdrawals, realized, fees, openCost } = account;
  const byProfit = (deposits - withdrawals + realized - fees - openCost) as Money;
  if (byCash !== byProfit) throw new LedgerFaultError(byCash, byProfit);
  return byCash;
}

/** The subaccount of a number; made where it is new. */
export function subaccountOf(account: KalshiAccount, number: number): Subaccount {
  let subaccount = account.subaccounts.get(number);
  if (subaccount === undefined) {
    subaccount = {
      markets: new Map(),
      traded: false,
      openPositions: 0,
      openCost: ZERO,
      cash: null,
      value: null,
      costWhenValued: ZERO,
      realizedDifference: null,
    };
    account.subaccounts.set(number, subaccount);
  }
  return subaccount;
}

/**
 * Folds a fill.
 *
 * @returns the P&L it brought: realised less its fee
 * @throws {UnfoldableError} with nothing changed
 */
export function applyFill(
  account: KalshiAccount,
  event: RecordedEvent<"pnl.kalshi.fill.recorded.v1">,
): Money {
  const { data } = event;
  const size = parseCount(data.count);
  const price = parsePrice(data.yesPrice);
  const fee = parseMoney(data.fee);
  const known = account.subaccounts.get(data.subaccount)?.markets.get(event.subject);
  const market = known ?? emptyMarket();
  const done = trade(market, data.outcomeSide === "yes" ? size : -size, price);

  const subaccount = subaccountOf(account, data.subaccount);
  if (known === undefined) subaccount.markets.set(event.subject, market);
  const settled = market.settlement !== null;
  noteFact(account, subaccount, market, event.time, settled);
  const feesBefore = settled ? settlementFee(market.settlement, market.fillFees) : ZERO;
  market.fillFees = plus(market.fillFees, fee);
  const feeChange = settled
    ? (fee + settlementFee(market.settlement, market.fillFees) - feesBefore) as Money
    : fee;
  const realized = settled ? tradeSettled(account, market, done.count, done.cash) : done.realized;
  if (!settled) {
    const opened = (done.count === 0 ? 0 : 1) - (market.count === 0 ? 0 : 1);
    moveOpen(account, subaccount, opened, minus(done.cost, market.cost));
    market.count = done.count;
    market.cost = done.cost;
    market.anchorCost = done.anchorCost;
    market.anchorCount = done.anchorCount;
  }
  market.realized = plus(market.realized, realized);
  account.realized = plus(account.realized, realized);
  account.tradeCash = plus(account.tradeCash, done.cash);
  account.fees = plus(account.fees, feeChange);
  return minus(realized, feeChange);
}

/**
 * A fill that arrives after its market has settled opens nothing: its cash is realised at once, so that
 * a settled market comes to the same in any order of arrival. The count goes on saying what nets what;
 * the anchor has no cost any more that matters, but its count is what `trade` divides by.
 */
function tradeSettled(account: KalshiAccount, market: Market, count: number, cash: Money): Money {
  market.count = count;
  market.anchorCount = Math.abs(count);
  account.settledDifference = minus(account.settledDifference, cash);
  return cash;
}

/**
 * Folds a settlement: the book closes its own net position. A second settlement of the same market pays
 * its revenue; the formula of a row is held against the book at the first alone.
 *
 * @returns the P&L it brought: realised less the fee that counts
 * @throws {UnfoldableError | InvalidDecimalError} with nothing changed
 */
export function applySettlement(
  account: KalshiAccount,
  event: RecordedEvent<"pnl.kalshi.settlement.recorded.v1">,
): Money {
  const { data } = event;
  const revenue = parseMoney(data.revenue);
  const fee = parseMoney(data.fee);
  const venue = venueRealized({
    yesCount: parseCount(data.yesCount, "yesCount"),
    noCount: parseCount(data.noCount, "noCount"),
    yesCost: parseMoney(data.yesCost),
    noCost: parseMoney(data.noCost),
    revenue,
  });
  const subaccount = subaccountOf(account, data.subaccount);
  const known = subaccount.markets.get(event.subject);
  const market = known ?? emptyMarket();
  if (known === undefined) subaccount.markets.set(event.subject, market);
  noteFact(account, subaccount, market, event.time, false);
  const first = market.settlement === null;
  const realized = minus(revenue, market.cost);
  let feeChange = ZERO;
  if (first) {
    const mark: SettlementMark = {
      venueRealized: venue,
      scalarFee: data.result === "scalar" ? fee : null,
    };
    feeChange = settlementFee(mark, market.fillFees);
    moveOpen(account, subaccount, isOpen(market) ? -1 : 0, minus(ZERO, market.cost));
    market.settlement = mark;
    market.cost = ZERO;
    account.settledDifference = plus(
      account.settledDifference,
      minus(venue, plus(market.realized, realized)),
    );
  }
  market.realized = plus(market.realized, realized);
  account.realized = plus(account.realized, realized);
  account.settlementCash = plus(account.settlementCash, revenue);
  account.fees = plus(account.fees, feeChange);
  return minus(realized, feeChange);
}

/**
 * Folds one state of a transfer. Only `applied` moves money; `returned` and `failed` take it back,
 * whichever came first; any other state changes nothing.
 *
 * @throws {InvalidDecimalError} with nothing changed
 */
export function applyTransfer(
  account: KalshiAccount,
  event: RecordedEvent<"pnl.kalshi.deposit.recorded.v1" | "pnl.kalshi.withdrawal.recorded.v1">,
): void {
  const { transferId, status } = event.data;
  const amount = parseMoney(event.data.amount);
  const fee = parseMoney(event.data.fee);
  const deposit = event.type === "pnl.kalshi.deposit.recorded.v1";
  const key = `${deposit ? "deposit" : "withdrawal"}/${transferId}`;
  const known = account.transfers.get(key) ?? { applied: null, undone: false };
  const before = known.undone ? ZERO : known.applied ?? ZERO;
  if (status === "applied") known.applied = deposit ? minus(amount, fee) : plus(amount, fee);
  if (status === "returned" || status === "failed") known.undone = true;
  account.transfers.set(key, known);
  const change = minus(known.undone ? ZERO : known.applied ?? ZERO, before);
  if (deposit) account.deposits = plus(account.deposits, change);
  else account.withdrawals = plus(account.withdrawals, change);
  account.transferStates += 1;
  if (event.time > account.observedAt) account.observedAt = event.time;
}

function noteFact(
  account: KalshiAccount,
  subaccount: Subaccount,
  market: Market,
  time: string,
  late: boolean,
): void {
  subaccount.traded = true;
  account.trades += 1;
  if (late || time < market.newest) account.late += 1;
  if (time > market.newest) market.newest = time;
  if (account.firstFact === "" || time < account.firstFact) account.firstFact = time;
  if (time > account.observedAt) account.observedAt = time;
}

function moveOpen(
  account: KalshiAccount,
  subaccount: Subaccount,
  positions: number,
  cost: Money,
): void {
  subaccount.openPositions += positions;
  subaccount.openCost = plus(subaccount.openCost, cost);
  account.openPositions += positions;
  account.openCost = plus(account.openCost, cost);
}
