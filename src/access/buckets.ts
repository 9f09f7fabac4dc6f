/** What each of many has spent of the same quota. However many there are, a bounded number is remembered. */
import { type Quota, waitOf } from "./quota.ts";

/** So many are looked at to find one that may be forgotten. */
const LOOKED_AT = 16;
/** What others saw somebody spend counts up to so many bursts: nobody is locked out for long by it. */
const MOST_BURSTS = 2;

/**
 * One quota for each of many names. Times are monotonic milliseconds.
 *
 * Where there is no more room, one is forgotten that has nothing spent, or of some the one that has spent
 * least: a flood of new names does not give back to others what they have spent.
 */
export class Buckets {
  readonly quota: Quota;
  readonly #most: number;
  /**
   * The time at which all that was spent has come back, times `tokens`. It is exact up to 2^53: with
   * 100,000 a second for 2.8 years.
   */
  readonly #until = new Map<string, number>();
  /** Goes round over those that are remembered. */
  #hand: Iterator<[string, number]> = this.#until.entries();

  /** @param most names that are remembered */
  constructor(quota: Quota, most: number) {
    this.quota = quota;
    this.#most = most;
  }

  /** How many names are remembered. */
  get size(): number {
    return this.#until.size;
  }

  /** No more than this is learnt of others, in units. */
  get mostLearnt(): number {
    return MOST_BURSTS * this.quota.burst * this.quota.perMs;
  }

  /** What somebody has spent, in units. */
  spent(name: string, now: number): number {
    const until = this.#until.get(name);
    return until === undefined ? 0 : Math.max(0, until - Math.floor(now) * this.quota.tokens);
  }

  /** How long until somebody may again, milliseconds; 0 where he may. */
  waitMs(name: string, now: number): number {
    return waitOf(this.quota, this.spent(name, now));
  }

  /**
   * Spends one, whether there is one or not; never more than a burst, nor less than others saw spent.
   *
   * @returns what is spent, in units
   */
  spend(name: string, now: number): number {
    const { burst, perMs } = this.quota;
    const before = this.spent(name, now);
    return this.#set(name, Math.max(before, Math.min(before + perMs, burst * perMs)), now);
  }

  /** Others have seen somebody spend so many units, with what he spent here; he has spent no less. */
  learn(name: string, spent: number, now: number): void {
    const known = Math.min(spent, this.mostLearnt);
    if (known > this.spent(name, now)) this.#set(name, known, now);
  }

  #set(name: string, spent: number, now: number): number {
    if (this.#until.size >= this.#most && !this.#until.has(name)) this.#forgetOne(now);
    this.#until.set(name, Math.floor(now) * this.quota.tokens + spent);
    return spent;
  }

  #forgetOne(now: number): void {
    const units = Math.floor(now) * this.quota.tokens;
    let least: string | null = null;
    let leastUntil = Infinity;
    for (let looked = 0; looked < LOOKED_AT && leastUntil > units; looked++) {
      let next = this.#hand.next();
      if (next.done === true) {
        this.#hand = this.#until.entries();
        next = this.#hand.next();
        if (next.done === true) return;
      }
      const [name, until] = next.value;
      if (until < leastUntil) [least, leastUntil] = [name, until];
    }
    if (least !== null) this.#until.delete(least);
  }
}
