/** How long ago something was, on a machine that may sleep. */
import type { Clock } from "../pnl/clock.ts";

/** The clocks of the platform. */
export const PLATFORM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/**
 * Measures from a mark. The monotonic clock stands still on a machine that sleeps, the wall clock may
 * jump; the longer of the two is taken, for an age that is said too old harms less than one too young.
 */
export class Stopwatch {
  readonly #clock: Clock;
  #wall: number;
  #monotonic: number;

  /** Marks now. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
  }

  /** Marks now. */
  restart(): void {
    this.#wall = this.#clock.now();
    this.#monotonic = this.#clock.monotonic();
  }

  /** Milliseconds since the mark. */
  elapsedMs(): number {
    return Math.max(this.#clock.monotonic() - this.#monotonic, this.#clock.now() - this.#wall);
  }
}
