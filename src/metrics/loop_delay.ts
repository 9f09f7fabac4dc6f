/** How late the event loop is: whatever blocks it keeps every client waiting for as long. */
import { Histogram, type HistogramCounts } from "./histogram.ts";

/** The loop is asked to come back after this time, milliseconds. */
const PERIOD_MS = 100;
/** Bounds of the delays that are counted, seconds. */
const DELAYS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** So long delays are remembered, milliseconds. */
const REMEMBER_MS = 60_000;

/** A delay, and when it ended. */
interface Delay {
  readonly ms: number;
  readonly endedAt: number;
}

/** Measures from {@link LoopDelay.start} on how much later than asked the loop comes back. */
export class LoopDelay {
  readonly #delays = new Histogram(DELAYS);
  #askedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Oldest first, each longer than those after it: at most one for each period of what is remembered. */
  #longest: readonly Delay[] = [];

  /** Begins to measure. Returns what ends it. */
  start(): () => void {
    this.#ask();
    return () => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** The delays so far, in seconds. */
  read(): HistogramCounts {
    return this.#delays.read();
  }

  /**
   * The longest delay that ended lately, and the one that goes on now.
   *
   * @param withinMs how long ago it may have ended
   * @returns milliseconds; 0 where there is none
   */
  longest(withinMs: number): number {
    const now = performance.now();
    const current = this.#timer === undefined ? 0 : now - this.#askedAt - PERIOD_MS;
    const past = this.#longest.find(({ endedAt }) => now - endedAt <= withinMs)?.ms ?? 0;
    return Math.max(0, current, past);
  }

  #ask(): void {
    this.#askedAt = performance.now();
    this.#timer = setTimeout(() => this.#back(), PERIOD_MS);
  }

  #back(): void {
    const now = performance.now();
    const ms = Math.max(0, now - this.#askedAt - PERIOD_MS);
    this.#delays.observe(ms / 1000);
    const lasting = this.#longest
      .filter((delay) => delay.ms > ms && now - delay.endedAt <= REMEMBER_MS);
    this.#longest = [...lasting, { ms, endedAt: now }];
    this.#ask();
  }
}
