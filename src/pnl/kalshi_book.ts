/**
 * The book of one market in one subaccount: signed position and average cost.
 *
 * Everything is in YES terms: a `yes` fill adds contracts at the YES price, a `no` fill takes them away.
 * A negative count is NO held, at a cost of 1 dollar less the YES price each; a pair of both sides is
 * worth a dollar and does not exist here, for the venue nets it. Average cost has an *anchor*, cost and
 * count at the last increase: after a partial close the remaining cost is half-even(anchor cost ×
 * remaining ÷ anchor count) and the closed part takes the difference. So the remaining cost depends on
 * what remains alone, splitting a close changes nothing, and a flat market is exact.
 */
import { DOLLAR, UnfoldableError, worth } from "./contracts.ts";
import { divideHalfEven, minus, type Money, money, plus, ZERO } from "./money.ts";

/** What the venue said when the market settled. */
export interface SettlementMark {
  /** Realised P&L without fees by the settlement row's own formula: an assertion, not a source. */
  readonly venueRealized: Money;
  /** The row's fee where the result is `scalar`, else null: only its excess over the fills' fees counts. */
  readonly scalarFee: Money | null;
}

/** A market of a subaccount. Owned and changed by the ledger alone. */
export interface Market {
  /** Hundredths of contracts, YES positive. Once settled it only says which way late fills net. */
  count: number;
  /** Cost of what is open; zero once settled. */
  cost: Money;
  anchorCost: Money;
  anchorCount: number;
  /** Without fees. */
  realized: Money;
  /** Fees of the fills. */
  fillFees: Money;
  /** Time of the newest fact. */
  newest: string;
  settlement: SettlementMark | null;
}

/** What a fill does to a market. */
export interface Trade {
  readonly count: number;
  readonly cost: Money;
  readonly anchorCost: Money;
  readonly anchorCount: number;
  /** Realised by this fill, without its fee. */
  readonly realized: Money;
  /** Cash that came in (negative: went out), without its fee. */
  readonly cash: Money;
}

/** A market that nothing happened in yet. */
export function emptyMarket(): Market {
  return {
    count: 0,
    cost: ZERO,
    anchorCost: ZERO,
    anchorCount: 0,
    realized: ZERO,
    fillFees: ZERO,
    newest: "",
    settlement: null,
  };
}

/** True where contracts are held. */
export function isOpen(market: Market): boolean {
  return market.count !== 0 && market.settlement === null;
}

/**
 * What trading `signed` hundredths of contracts (YES positive) at a YES price does. A trade that closes
 * and reopens on the other side is two steps. Changes nothing.
 *
 * @throws {UnfoldableError} where the count would leave the safe integers
 */
export function trade(market: Market, signed: number, yesPrice: number): Trade {
  const count = market.count + signed;
  if (!Number.isSafeInteger(count)) {
    throw new UnfoldableError("count", String(signed), "the position leaves the safe integers");
  }
  const held = market.count < 0 ? -market.count : market.count;
  const size = signed < 0 ? -signed : signed;
  const opens = held === 0 || (market.count < 0) === (signed < 0);
  const price = signed < 0 ? DOLLAR - yesPrice : yesPrice;
  if (opens) return increase(market, count, worth(size, price));
  const proceeds = worth(Math.min(size, held), DOLLAR - price);
  if (size > held) return cross(market, count, proceeds, worth(size - held, price));
  return reduce(market, count, held - size, proceeds);
}

function increase(market: Market, count: number, amount: Money): Trade {
  const cost = plus(market.cost, amount);
  return {
    count,
    cost,
    anchorCost: cost,
    anchorCount: count < 0 ? -count : count,
    realized: ZERO,
    cash: minus(ZERO, amount),
  };
}

function reduce(market: Market, count: number, remaining: number, proceeds: Money): Trade {
  const cost = remaining === 0
    ? ZERO
    : money(divideHalfEven(market.anchorCost * BigInt(remaining), BigInt(market.anchorCount)));
  return {
    count,
    cost,
    anchorCost: remaining === 0 ? ZERO : market.anchorCost,
    anchorCount: remaining === 0 ? 0 : market.anchorCount,
    realized: minus(proceeds, minus(market.cost, cost)),
    cash: proceeds,
  };
}

function cross(market: Market, count: number, proceeds: Money, opened: Money): Trade {
  return {
    count,
    cost: opened,
    anchorCost: opened,
    anchorCount: count < 0 ? -count : count,
    realized: minus(proceeds, market.cost),
    cash: minus(proceeds, opened),
  };
}

/**
 * Realised P&L of a market without fees, by its settlement row: the pairs netted before were worth a
 * dollar each, counts and costs are gross per side.
 */
export function venueRealized(row: {
  readonly yesCount: number;
  readonly noCount: number;
  readonly yesCost: Money;
  readonly noCost: Money;
  readonly revenue: Money;
}): Money {
  const pairs = worth(Math.min(row.yesCount, row.noCount), DOLLAR);
  return money(row.revenue + pairs - row.yesCost - row.noCost);
}

/** Fees of a market: of its fills, and what of its settlement's counts. */
export function feesOf({ settlement, fillFees }: Market): Money {
  return plus(fillFees, settlementFee(settlement, fillFees));
}

/** What of a settlement row's fee counts beside the fills' fees: an excess on a scalar result. */
export function settlementFee(mark: SettlementMark | null, fillFees: Money): Money {
  const fee = mark?.scalarFee ?? null;
  return fee === null || fee <= fillFees ? ZERO : minus(fee, fillFees);
}
