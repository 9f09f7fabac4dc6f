/** How much a peer may do, or get, in a time: a token bucket. */

/** Tokens that come back with time, up to a maximum. */
export class Allowance {
  readonly #capacity: number;
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: number;

  /**
   * @param capacity tokens at most, and at the beginning
   * @param perSecond tokens that come back each second
   * @param now a monotonic time, in milliseconds
   */
  constructor(capacity: number, perSecond: number, now: number) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#tokens = capacity;
    this.#filledAt = now;
  }

  /** Takes tokens at a time; false, and nothing taken, where there are too few. */
  take(tokens: number, now: number): boolean {
    this.#fill(now);
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** How long until so many can be taken, in milliseconds; more than there can be wait for a full bucket. */
  waitMs(tokens: number, now: number): number {
    this.#fill(now);
    const missing = Math.min(tokens, this.#capacity) - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil(missing * 1000 / this.#perSecond);
  }

  /** Takes tokens whether they are there or not: what is missing has to come back first. */
  spend(tokens: number, now: number): void {
    this.#fill(now);
    this.#tokens -= tokens;
  }

  #fill(now: number): void {
    if (now <= this.#filledAt) return;
    const gained = (now - this.#filledAt) * this.#perSecond / 1000;
    this.#tokens = Math.min(this.#capacity, this.#tokens + gained);
    this.#filledAt = now;
  }
}
