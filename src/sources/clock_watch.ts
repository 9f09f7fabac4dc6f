/** Watches the wall clock: events carry its time for ever, so a clock that jumps may write none. */
import type { Clock } from "../pnl/clock.ts";

/** How far the wall clock may move against the monotonic clock between two looks, in milliseconds. */
export const MAX_JUMP_MS = 5 * 60_000;

/** The wall clock jumped, and no upstream has agreed with it since. */
export class ClockJumpError extends Error {
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

/** Compares the two clocks at each look, and after a jump waits for an upstream to agree. */
export class ClockWatch {
  readonly #clock: Clock;
  #offset: number;
  #jump: { readonly error: ClockJumpError; readonly seenAt: number } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonic();
  }

  /**
   * Looks at both clocks. A drift that stays small from look to look, as a correction by NTP does, is none.
   *
   * @returns the jump that the wall clock is not trusted for; null where it is trusted
   */
  look(): ClockJumpError | null {
    const offset = this.#clock.now() - this.#clock.monotonic();
    const jumpMs = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(jumpMs) > MAX_JUMP_MS) {
      this.#jump = { error: new ClockJumpError(jumpMs), seenAt: this.#clock.monotonic() };
    }
    return this.#jump?.error ?? null;
  }

  /** @throws {ClockJumpError} while the wall clock is not trusted */
  check(): void {
    const jump = this.look();
    if (jump !== null) throw jump;
  }

  /**
   * An upstream's `Date` agreed with the wall clock: a jump that was seen before that is over.
   *
   * @param at when, on the monotonic clock
   */
  agreed(at: number): void {
    if (this.#jump !== null && at > this.#jump.seenAt) this.#jump = null;
  }
}
