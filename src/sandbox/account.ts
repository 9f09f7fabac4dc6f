/**
 * The sandbox's business: an account at the stand-in venue, a spend at Anthropic and a billing service,
 * moved by one seeded stream of steps. The state is a function of the plan, of the time it has been
 * brought up to, and of the extra steps asked for; running it again gives the same ids and values.
 */
import { Billing } from "./billing.ts";
import { Costs } from "./costs.ts";
import { Random } from "./random.ts";
import { MAX_FILLS, type TradeSize, Trading } from "./trading.ts";
import { Transfers } from "./transfers.ts";
import { DAY_MICROS } from "./units.ts";
import { Wallets } from "./wallets.ts";

/** What an account is a function of. */
export interface AccountPlan {
  readonly seed: number;
  /** Milliseconds since the epoch; what is before is history, what is after comes at the live pace. */
  readonly startedAt: number;
  /** Whether steps happen by themselves after `startedAt`. */
  readonly live: boolean;
  /** Length of the history. */
  readonly historyDays: number;
  /** Trades in the history, exactly. At most {@link MAX_FILLS}. */
  readonly fills: number;
}

/** How large things are in a phase of the account's life. */
interface Phase {
  readonly trade: TradeSize;
  /** Largest spend of a step, 1e-5 cents. */
  readonly spend: number;
  /** Largest invoice of a step, cents. */
  readonly invoice: number;
  /** How long a transfer's state lasts, microseconds. */
  readonly transferDelay: number;
  /** One transfer step in this many is taken. */
  readonly transferEvery: number;
}

const HISTORY: Phase = {
  trade: { min: 50, max: 3_000, cap: 8_000 },
  spend: 80_000_000,
  invoice: 320_00,
  transferDelay: DAY_MICROS / 2,
  transferEvery: 1,
};
const LIVE: Phase = {
  trade: { min: 5, max: 400, cap: 3_000 },
  spend: 180_000,
  invoice: 1_60,
  transferDelay: 40_000_000,
  transferEvery: 20,
};
/** Mean time between live steps, microseconds. */
const LIVE_STEP = 2_500_000;

/** The account. Times are microseconds since the epoch unless said otherwise. */
export class Account {
  readonly wallets = new Wallets();
  readonly trading: Trading;
  readonly transfers: Transfers;
  readonly costs: Costs;
  readonly billing: Billing;
  readonly #random: Random;
  readonly #plan: AccountPlan;
  #lastEvent: number;
  #nextStep: number;
  #phase = HISTORY;

  constructor(plan: AccountPlan) {
    if (plan.fills > MAX_FILLS) {
      throw new RangeError(`Cannot make a history of ${plan.fills} fills: at most ${MAX_FILLS}`);
    }
    this.#plan = plan;
    this.#random = new Random(plan.seed);
    this.trading = new Trading(this.#random, this.wallets);
    this.transfers = new Transfers(this.#random, this.wallets);
    this.costs = new Costs(this.#random);
    this.billing = new Billing(this.#random);
    const start = plan.startedAt * 1000;
    this.#lastEvent = start - plan.historyDays * DAY_MICROS;
    this.transfers.fund(this.#lastEvent, 6_000_00);
    this.#makeHistory(start);
    this.#phase = LIVE;
    this.transfers.deposit(this.#lastEvent, LIVE.transferDelay);
    this.#nextStep = start + this.#pause();
  }

  /** The seed, from which ids are made. */
  get seed(): number {
    return this.#plan.seed;
  }

  /** Takes the live steps due by `now` (milliseconds). A clock that went back changes nothing. */
  catchUp(now: number): void {
    if (!this.#plan.live) return;
    const until = now * 1000;
    while (this.#nextStep <= until) {
      this.#step(this.#nextStep);
      this.#nextStep += this.#pause();
    }
    this.transfers.finalize(until);
  }

  /** Takes `steps` more steps at once, spread between the last event and `now` (milliseconds). */
  advance(steps: number, now: number): void {
    const from = this.#lastEvent;
    const span = Math.max(0, now * 1000 - from);
    for (let i = 1; i <= steps; i += 1) this.#step(from + Math.floor((span * i) / steps));
  }

  /** Steps spread evenly, jittered, with as many trades as planned; the remainder in a last burst. */
  #makeHistory(start: number): void {
    const { fills } = this.#plan;
    const steps = Math.ceil(fills * 1.85) + this.#plan.historyDays * 2;
    const from = this.#lastEvent;
    const stride = Math.floor((start - from) / (steps + 1));
    for (let i = 1; i <= steps && stride > 0; i += 1) {
      this.#step(from + i * stride + this.#random.between(0, Math.floor(stride / 2)));
    }
    for (let tries = 0; this.trading.fills.length < fills && tries < fills * 10; tries += 1) {
      this.#trade(this.#lastEvent + 1);
    }
  }

  /** One thing happens, at `time` or just after the thing before. */
  #step(time: number): void {
    const at = Math.max(time, this.#lastEvent + 1);
    this.#lastEvent = at;
    this.transfers.finalize(at);
    const roll = this.#random.between(0, 999);
    const day = Math.floor(at / DAY_MICROS);
    if (roll < 450) this.#trade(at);
    else if (roll < 690) this.#spend(day);
    else if (roll < 700) this.costs.revise(day);
    else if (roll < 850) this.billing.work(this.#phase.invoice);
    else if (roll < 885) this.trading.settleOne(at);
    else if (roll < 905) this.#transfer(at);
    else this.trading.drift();
  }

  #trade(at: number): void {
    const { trading } = this;
    const limit = this.#phase === HISTORY ? this.#plan.fills : MAX_FILLS;
    if (trading.fills.length >= limit) return trading.drift();
    this.#lastEvent = trading.order(at, this.#phase.trade, limit);
  }

  /** Every eleventh day of the history is without spend, so that empty days occur. */
  #spend(day: number): void {
    if (this.#phase === HISTORY && day % 11 === 3) return;
    this.costs.spend(day, this.#phase.spend);
  }

  #transfer(at: number): void {
    const taken = this.#random.between(1, this.#phase.transferEvery) === 1;
    if (!taken) return;
    const roll = this.#random.between(0, 9);
    if (roll < 4) this.transfers.deposit(at, this.#phase.transferDelay);
    else if (roll < 7) this.transfers.withdraw(at, this.#phase.transferDelay);
    else this.transfers.rebalance();
  }

  #pause(): number {
    return this.#random.between(LIVE_STEP / 10, (LIVE_STEP * 19) / 10);
  }
}
