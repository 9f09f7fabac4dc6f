/** Waiting before the next attempt: exponential with full jitter. */

/** Where the waiting begins and ends, in milliseconds. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly longestMs: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/**
 * Full jitter: clients that were cut off together do not come back together, and that holds for the
 * first attempt too.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #limitMs: number;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#limitMs = options.firstMs;
  }

  /** The next wait in milliseconds: anything below a limit that doubles each time. */
  next(): number {
    const waitMs = this.#options.random() * this.#limitMs;
    this.#limitMs = Math.min(this.#limitMs * 2, this.#options.longestMs);
    return waitMs;
  }

  /** The line held: the next break is a new story. */
  reset(): void {
    this.#limitMs = this.#options.firstMs;
  }
}
