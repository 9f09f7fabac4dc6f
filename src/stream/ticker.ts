/** Doing something again whenever nothing happened for a while. */

/** Ticks an interval after the last tick, or after it was put off. */
export class Ticker {
  readonly #intervalMs: number;
  readonly #tick: () => void;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param tick must not throw */
  constructor(intervalMs: number, tick: () => void) {
    this.#intervalMs = intervalMs;
    this.#tick = tick;
  }

  /** Ticks from now on. */
  start(): void {
    this.putOff();
    this.#arm(this.#intervalMs);
  }

  /** What a tick is for has been done: the next is due an interval from now. */
  putOff(): void {
    this.#since = performance.now();
  }

  /** Ticks no more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(afterMs: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.ceil(afterMs));
  }

  /** The timer is left alone while it is put off, which happens more often than it ticks. */
  #look(): void {
    const leftMs = this.#since + this.#intervalMs - performance.now();
    if (leftMs > 0) return this.#arm(leftMs);
    this.putOff();
    this.#arm(this.#intervalMs);
    this.#tick();
  }
}
