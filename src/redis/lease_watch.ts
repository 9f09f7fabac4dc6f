/** Telling a holder that is alive from one that died and left its lease behind. */
import type { Clock } from "../pnl/clock.ts";

/** A lease of another holder, as it was found. */
export interface FoundLease {
  readonly text: string;
  /** How long it still lasts by Redis's clock; below 0 where it never lapses. */
  readonly remainingMs: number;
}

/** Looks at another's lease again and again, until it lapses or is seen renewed. */
export class LeaseWatch {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  #first: { readonly text: string; readonly at: number } | null = null;
  /** When it lapses unless it is renewed, on the monotonic clock. */
  #lapses = Infinity;

  /** @param ttlMs how long a lease lasts; it is renewed every third of that */
  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  /** How long to wait between two looks, milliseconds: short against the time between two renewals. */
  get pauseMs(): number {
    return Math.ceil(this.#ttlMs / 30);
  }

  /**
   * True where the holder is alive: its lease was renewed or changed hands since the first look. One that
   * has not lapsed when it had to counts as alive too, so that nobody looks for ever.
   */
  look({ text, remainingMs }: FoundLease): boolean {
    const now = this.#clock.monotonic();
    this.#first ??= { text, at: now };
    if (text !== this.#first.text) return true;
    // Each renewal moves this by a third of the whole, a slow answer by less than a second.
    const lapses = now + remainingMs;
    if (lapses > this.#lapses + this.#ttlMs / 6) return true;
    this.#lapses = Math.min(this.#lapses, lapses);
    return now - this.#first.at > this.#ttlMs + 2 * this.pauseMs;
  }

  /** The lease that was looked at is gone. */
  forget(): void {
    this.#first = null;
    this.#lapses = Infinity;
  }
}
