/**
 * What one subaccount did in one market, in the venue's gross terms: contracts bought on each outcome
 * side and what they cost. A YES and a NO of one market are a dollar, so
 *
 *     cash flow = min(yes, no) × 1.00 − cost of yes − cost of no [+ payout] − fees
 *
 * holds at any time whatever the order; the cost of what is still open is only needed to say how much
 * of the cash flow is realised.
 */
import { CENT, share } from "./units.ts";

/** The direction of a trade. */
export type Outcome = "yes" | "no";

/** How a market ended for one subaccount. */
export interface Payout {
  readonly result: "yes" | "no" | "scalar";
  /** Cents per YES contract. */
  readonly value: number;
  /** Whole cents paid for the net position. */
  readonly revenueCents: number;
  /** Micro-dollars charged beyond the trading fees. */
  readonly settlementFee: number;
  /** Microseconds since the epoch. */
  readonly time: number;
}

/** The gross record of one (subaccount, market). Counts are hundredths, costs and fees micro-dollars. */
export class Holding {
  yesCount = 0;
  noCount = 0;
  yesCost = 0;
  noCost = 0;
  /** Trading fees; what settlement charges beyond them is in `payout`. */
  tradeFees = 0;
  /** Microseconds since the epoch. */
  lastUpdated = 0;
  payout: Payout | null = null;
  /** Nano-dollars the open contracts cost. */
  #openCost = 0;
  /** Open cost and count at the last increase; partial closes are shares of it. */
  #anchorCost = 0;
  #anchorCount = 0;

  constructor(readonly subaccount: number, readonly ticker: string, readonly event: string) {}

  /** Hundredths of contracts held: above zero YES, below zero NO; 0 once settled. */
  get position(): number {
    return this.payout === null ? this.yesCount - this.noCount : 0;
  }

  /** Nano-dollars that the open contracts cost, at average cost. */
  get openCost(): number {
    return this.#openCost;
  }

  /** Fees of trades and settlement, micro-dollars. */
  get fees(): number {
    return this.tradeFees + (this.payout?.settlementFee ?? 0);
  }

  /** Cash in minus cash out before fees, micro-dollars. */
  get grossFlow(): number {
    return Math.min(this.yesCount, this.noCount) * CENT - this.yesCost - this.noCost +
      (this.payout?.revenueCents ?? 0) * CENT;
  }

  /** Realised profit before fees, nano-dollars. */
  get realized(): number {
    return this.grossFlow * 1000 + this.#openCost;
  }

  /**
   * Adds a trade and returns the cash it moved before its fee, micro-dollars.
   *
   * @param price of YES, in 1e-4 dollars
   * @throws {RangeError} on a settled market
   */
  trade(outcome: Outcome, count: number, price: number, time: number): number {
    if (this.payout !== null) throw new RangeError(`Cannot trade ${this.ticker}: it is settled`);
    const before = this.grossFlow;
    const held = this.position;
    if (outcome === "yes") {
      this.yesCount += count;
      this.yesCost += count * price;
    } else {
      this.noCount += count;
      this.noCost += count * (10_000 - price);
    }
    this.#carryCost(held, outcome === "yes" ? price : 10_000 - price);
    this.lastUpdated = time;
    return this.grossFlow - before;
  }

  /** Ends the market and returns the cash it paid, micro-dollars. */
  settle(payout: Payout): number {
    this.payout = payout;
    this.#openCost = 0;
    this.lastUpdated = payout.time;
    return payout.revenueCents * CENT - payout.settlementFee;
  }

  /** Average cost after a trade: `unitCost` is what a contract of the traded outcome cost, 1e-4 dollars. */
  #carryCost(held: number, unitCost: number): void {
    const now = this.position;
    const grew = held === 0 || (held > 0 ? now > held : now < held);
    const flipped = held !== 0 && now !== 0 && (held > 0) !== (now > 0);
    if (grew) {
      this.#openCost += Math.abs(now - held) * unitCost * 1000;
    } else if (flipped) {
      this.#openCost = Math.abs(now) * unitCost * 1000;
    } else {
      this.#openCost = share(this.#anchorCost, Math.abs(now), this.#anchorCount);
      return;
    }
    this.#anchorCost = this.#openCost;
    this.#anchorCount = Math.abs(now);
  }
}
