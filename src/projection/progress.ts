import type { Clock } from "../pnl/clock.ts";

/** How far a replay is. */
export interface ReplayProgress {
  /** Position folded so far, and the last one to fold. */
  readonly position: number;
  readonly total: number;
  /** Events a second since the start; null before anything is known. */
  readonly rate: number | null;
  /** Milliseconds to go at that rate; null where that is not known. */
  readonly etaMs: number | null;
  /** The last thing that went wrong, such as an event that could not be folded. */
  readonly lastError: string | null;
}

/** Measures a replay. */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #started: number;
  readonly #total: number;

  constructor(clock: Clock, total: number) {
    this.#clock = clock;
    this.#started = clock.monotonic();
    this.#total = total;
  }

  /** The progress at a position. */
  at(position: number, lastError: string | null): ReplayProgress {
    const elapsed = this.#clock.monotonic() - this.#started;
    const rate = elapsed > 0 && position > 0 ? position / elapsed * 1000 : null;
    const left = Math.max(0, this.#total - position);
    return {
      position,
      total: Math.max(this.#total, position),
      rate: rate === null ? null : Math.round(rate),
      etaMs: rate === null ? null : Math.round(left / rate * 1000),
      lastError,
    };
  }
}
