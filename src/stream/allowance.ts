/** How much a peer may ask for: a token bucket. */

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
    const gained = Math.max(0, now - this.#filledAt) * this.#perSecond / 1000;
    this.#tokens = Math.min(this.#capacity, this.#tokens + gained);
    this.#filledAt = now;
    if (this.#tokens < tokens) return false;
    this.#tokens -= tokens;
    return true;
  }
}
