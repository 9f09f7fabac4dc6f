/** The most that may wait at once. */
const MAX_WAITERS = 10_000;

/** Too many wait for a position already. */
export class TooManyWaitersError extends Error {
  readonly code = "too_many_waiters";
  constructor(readonly position: number) {
    super(`Cannot wait for position ${position}: ${MAX_WAITERS} are waiting already`);
    this.name = "TooManyWaitersError";
  }
}

/** Those who wait for a position to be folded. */
export class Waiters {
  readonly #waiting = new Set<{ readonly position: number; readonly resolve: () => void }>();

  /**
   * Resolves when {@link reached} is called with this position or a later one.
   *
   * @throws {TooManyWaitersError}
   * @throws the signal's reason
   */
  async wait(position: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.size >= MAX_WAITERS) throw new TooManyWaitersError(position);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { position, resolve };
    const aborted = () => reject(signal.reason);
    this.#waiting.add(waiter);
    signal.addEventListener("abort", aborted, { once: true });
    try {
      await promise;
    } finally {
      this.#waiting.delete(waiter);
      signal.removeEventListener("abort", aborted);
    }
  }

  /** Everything up to `position` is folded. */
  reached(position: number): void {
    for (const waiter of this.#waiting) {
      if (waiter.position <= position) waiter.resolve();
    }
  }
}
