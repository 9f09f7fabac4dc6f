/** A token bucket in real time (a test's stepped clock must not refill or starve it). */

/** Tokens come back at `perSecond` up to `capacity`. */
export class TokenBucket {
  #tokens: number;
  #at = performance.now();

  constructor(readonly capacity: number, readonly perSecond: number) {
    this.#tokens = capacity;
  }

  /** Takes `cost` tokens; false, and nothing taken, where there are too few. */
  take(cost: number): boolean {
    const now = performance.now();
    this.#tokens = Math.min(
      this.capacity,
      this.#tokens + ((now - this.#at) / 1000) * this.perSecond,
    );
    this.#at = now;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }
}
