import type { Clock } from "../pnl/clock.ts";

/** At most twenty provisional frames a second. */
const LEAST_GAP_MS = 50;

/**
 * Coalesces a burst: the first goes at once, then at most twenty a second, and the last always.
 * What goes is not kept here: `emit` gives the newest there is.
 */
export class FrameGate {
  readonly #clock: Clock;
  readonly #emit: () => boolean;
  #emittedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param emit lets the newest go, and says whether there was anything to let go */
  constructor(clock: Clock, emit: () => boolean) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Something newer is there. */
  offer(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#emittedAt + LEAST_GAP_MS - this.#clock.monotonic();
    if (wait <= 0) return this.#go();
    this.#timer = setTimeout(() => this.#go(), Math.ceil(wait));
  }

  /** Lets go at once what is waiting, and forgets the timer. */
  flush(): void {
    if (this.#timer !== undefined) this.#go();
  }

  #go(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#emit()) this.#emittedAt = this.#clock.monotonic();
  }
}
