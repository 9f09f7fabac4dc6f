/** Watches the wall clock: events carry its time for ever, so a clock that may be wrong may write none. */
import type { Clock } from "../pnl/clock.ts";

/** How far the wall clock may move against the monotonic clock between two looks, in milliseconds. */
export const MAX_JUMP_MS = 5 * 60_000;

/** The wall clock may be wrong: nothing may be recorded under it. */
export abstract class UntrustedClockError extends Error {
  abstract readonly code: "clock_unconfirmed" | "clock_jumped";
}

/** No upstream has agreed with the wall clock since the start. */
export class ClockUnconfirmedError extends UntrustedClockError {
  readonly code = "clock_unconfirmed";
  constructor() {
    super(
      "The wall clock is not confirmed: since the start no upstream has sent a Date header that agrees " +
        "with it, and nothing is recorded until one does",
    );
    this.name = "ClockUnconfirmedError";
  }
}

/** The wall clock jumped, and no upstream has agreed with it since. */
export class ClockJumpError extends UntrustedClockError {
  readonly code = "clock_jumped";
  /** @param jumpMs how far; positive is forward */
  constructor(readonly jumpMs: number) {
    super(
      `The wall clock jumped by ${
        Math.round(jumpMs / 1000)
      } s against the monotonic clock, or the ` +
        "machine slept: nothing is recorded until an upstream's Date agrees with it",
    );
    this.name = "ClockJumpError";
  }
}

/** Compares the two clocks at each look; at first and after a jump it waits for an upstream to agree. */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #agreedAt: () => number | null;
  #offset: number;
  #distrust: { readonly error: UntrustedClockError; readonly seenAt: number } | null;
  #lastJump: ClockJumpError | null = null;

  /**
   * @param agreedAt when an upstream's `Date` last agreed with the wall clock, on the monotonic clock; null
   * before the first
   */
  constructor(clock: Clock, agreedAt: () => number | null) {
    this.#clock = clock;
    this.#agreedAt = agreedAt;
    const seenAt = clock.monotonic();
    this.#offset = clock.now() - seenAt;
    this.#distrust = { error: new ClockUnconfirmedError(), seenAt };
  }

  /** The last jump that a look has seen, whether or not an upstream agreed since. */
  get lastJump(): ClockJumpError | null {
    return this.#lastJump;
  }

  /**
   * Looks at both clocks. A drift that stays small from look to look, as a correction by NTP does, is none.
   * An agreement counts only where it came after the jump was seen.
   *
   * @returns why the wall clock is not trusted; null where it is
   */
  look(): UntrustedClockError | null {
    const seenAt = this.#clock.monotonic();
    const offset = this.#clock.now() - seenAt;
    const jumpMs = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(jumpMs) > MAX_JUMP_MS) {
      this.#lastJump = new ClockJumpError(jumpMs);
      this.#distrust = { error: this.#lastJump, seenAt };
    }
    if (this.#distrust !== null && (this.#agreedAt() ?? -Infinity) > this.#distrust.seenAt) {
      this.#distrust = null;
    }
    return this.#distrust?.error ?? null;
  }
}
