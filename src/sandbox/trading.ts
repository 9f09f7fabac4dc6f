/** The account's markets, trades and settlements: a random trader with a small edge. */
import { Holding, type Outcome, type Payout } from "./holding.ts";
import { type Market, openMarket } from "./market.ts";
import type { Random } from "./random.ts";
import type { Wallets } from "./wallets.ts";

/** One trade. */
export interface Fill {
  /** From 0, in order of time. */
  readonly index: number;
  /** Microseconds since the epoch; strictly rising. */
  readonly time: number;
  readonly ticker: string;
  readonly subaccount: number;
  readonly outcome: Outcome;
  readonly action: "buy" | "sell";
  /** Hundredths of contracts. */
  readonly count: number;
  /** Price of YES in 1e-4 dollars. */
  readonly price: number;
  /** Micro-dollars; may be below zero for a maker. */
  readonly fee: number;
  readonly taker: boolean;
  /** Trades of one order have one number. */
  readonly order: number;
}

/** One subaccount's settlement of one market. */
export interface Settlement {
  readonly index: number;
  readonly holding: Holding;
  readonly payout: Payout;
}

/** How big the trades are. Counts are hundredths of contracts. */
export interface TradeSize {
  readonly min: number;
  readonly max: number;
  /** Above this the trader only reduces. */
  readonly cap: number;
}

/** No more trades are made beyond this many; the account then only earns and pays, which adds no rows. */
export const MAX_FILLS = 500_000;
const OPEN_MARKETS = 14;

/** Trader and venue in one: keeps every row it made, up to {@link MAX_FILLS}. */
export class Trading {
  readonly fills: Fill[] = [];
  readonly settlements: Settlement[] = [];
  /** Open holdings by subaccount, then ticker. */
  readonly open: readonly Map<string, Holding>[] = [new Map(), new Map()];
  /** Settled holdings, in order of settlement. */
  readonly settled: Holding[] = [];
  #markets: Market[] = [];
  #marketCount = 0;
  #orders = 0;

  constructor(readonly random: Random, readonly wallets: Wallets) {}

  /** The venue's price of YES now, 1e-4 dollars. @throws {RangeError} where the market is not open */
  mark(ticker: string): number {
    const market = this.#markets.find((m) => m.ticker === ticker);
    if (market === undefined) throw new RangeError(`Cannot value ${ticker}: it is not open`);
    return market.chance;
  }

  /** Moves the prices of all open markets a little. */
  drift(): void {
    for (const market of this.#markets) {
      market.chance = clampPrice(market.chance + this.random.between(-150, 150));
    }
  }

  /**
   * One order of one to three trades, a microsecond apart. An order that cannot be paid is not placed.
   *
   * @param limit no trade beyond this many in all
   * @returns the time of its last trade
   */
  order(time: number, size: TradeSize, limit: number): number {
    const subaccount = this.random.chance(250) ? 1 : 0;
    const market = this.#pickMarket(time);
    const outcome = this.#direction(subaccount, market, size);
    const taker = this.random.chance(700);
    const trades = this.random.chance(120) ? this.random.between(2, 3) : 1;
    let last = time;
    for (let i = 0; i < trades; i += 1) {
      if (this.fills.length >= limit) break;
      const count = this.#count(size);
      if (this.wallets.cash(subaccount) < count * 10_000 * 2) break;
      last = time + i;
      this.#fill(last, market, subaccount, outcome, count, taker);
    }
    this.#orders += 1;
    return last;
  }

  /** Ends one market at random; every subaccount that traded it is settled at the same microsecond. */
  settleOne(time: number): void {
    if (this.#markets.length < 3) return;
    const market = this.random.pick(this.#markets);
    this.#markets = this.#markets.filter((m) => m !== market);
    const scalar = this.random.chance(150);
    const yes = this.random.between(0, 9999) < market.chance;
    const value = scalar ? this.random.between(1, 99) : yes ? 100 : 0;
    const result = scalar ? "scalar" : yes ? "yes" : "no";
    const charged = this.random.chance(350);
    for (const holdings of this.open) {
      const holding = holdings.get(market.ticker);
      if (holding === undefined) continue;
      const payout = { result, value, time, ...payFor(holding.position, value, charged) } as const;
      this.wallets.move(holding.subaccount, holding.settle(payout));
      holdings.delete(market.ticker);
      this.settled.push(holding);
      this.settlements.push({ index: this.settlements.length, holding, payout });
    }
  }

  #pickMarket(time: number): Market {
    const few = this.#markets.length < 4;
    if (few || (this.#markets.length < OPEN_MARKETS && this.random.chance(120))) {
      const market = openMarket(this.random, this.#marketCount, time);
      this.#marketCount += 1;
      this.#markets.push(market);
      return market;
    }
    return this.random.pick(this.#markets);
  }

  #direction(subaccount: number, market: Market, size: TradeSize): Outcome {
    const held = this.open[subaccount]?.get(market.ticker)?.position ?? 0;
    if (held > size.cap) return "no";
    if (held < -size.cap) return "yes";
    const follow = held === 0 ? this.random.chance(500) : (held > 0) === this.random.chance(550);
    return follow ? "yes" : "no";
  }

  #count(size: TradeSize): number {
    const count = this.random.between(size.min, size.max);
    return this.random.chance(300) || count < 100 ? count : count - (count % 100);
  }

  #fill(
    time: number,
    market: Market,
    subaccount: number,
    outcome: Outcome,
    count: number,
    taker: boolean,
  ): void {
    const price = this.#price(market, outcome);
    const holdings = this.open[subaccount];
    if (holdings === undefined) throw new RangeError(`Cannot trade in subaccount ${subaccount}`);
    const holding = holdings.get(market.ticker) ??
      new Holding(subaccount, market.ticker, market.event);
    holdings.set(market.ticker, holding);
    const reduces = outcome === "yes" ? holding.position < 0 : holding.position > 0;
    const action = reduces && this.random.chance(600) ? "sell" : "buy";
    const flow = holding.trade(outcome, count, price, time);
    const fee = feeOf(count, price, taker, flow, this.random.chance(300));
    holding.tradeFees += fee;
    this.wallets.move(subaccount, flow - fee);
    const index = this.fills.length;
    const order = this.#orders;
    this.fills.push({
      index,
      time,
      ticker: market.ticker,
      subaccount,
      outcome,
      action,
      count,
      price,
      fee,
      taker,
      order,
    });
    market.chance = clampPrice(market.chance + this.random.between(-120, 120));
  }

  /** A price four cents or so better than fair: the trader's edge. Some are finer than a cent. */
  #price(market: Market, outcome: Outcome): number {
    const edge = this.random.between(0, 800);
    const exact = clampPrice(market.chance + (outcome === "yes" ? -edge : edge));
    return this.random.chance(300) ? exact : clampPrice(exact - (exact % 100));
  }
}

/** Prices stay between 1 and 99 cents. */
function clampPrice(price: number): number {
  return Math.min(9_900, Math.max(100, price));
}

/**
 * Fee of a trade in micro-dollars: takers 0.07 × C × P × (1 − P) rounded up to 1e-4 dollars, makers
 * nothing or, now and then, a rebate; in each case with what rounds the balance down to 1e-4 dollars
 * (the venue's fee rounding).
 *
 * @param flow cash the trade moved before fees, micro-dollars
 */
export function feeOf(
  count: number,
  price: number,
  taker: boolean,
  flow: number,
  rebated: boolean,
): number {
  const exact = (7 * count * price * (10_000 - price)) / 1_000_000;
  const trade = taker ? Math.ceil(exact / 100) * 100 : 0;
  const rebate = !taker && rebated ? Math.floor(exact / 800) * 100 : 0;
  const change = flow - trade;
  return trade + (change - Math.floor(change / 100) * 100) - rebate;
}

/**
 * What a net position is paid. Yes and no pay whole cents. A scalar payout is cut to whole cents; some
 * are rounded up instead with the excess charged as a settlement fee, so that both forms occur.
 *
 * @param position signed hundredths; @param value cents per YES
 */
export function payFor(
  position: number,
  value: number,
  charged: boolean,
): { revenueCents: number; settlementFee: number } {
  const each = position >= 0 ? value : 100 - value;
  const exact = Math.abs(position) * each;
  const remainder = exact % 100;
  if (remainder === 0 || !charged) {
    return { revenueCents: Math.floor(exact / 100), settlementFee: 0 };
  }
  return { revenueCents: Math.floor(exact / 100) + 1, settlementFee: (100 - remainder) * 100 };
}
