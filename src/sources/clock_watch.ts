/** Watches the wall clock: events carry its time for ever, so a clock that jumps may write none. */
import type { Clock } from "../pnl/clock.ts";

/** How far the wall clock may move against the monotonic clock between two looks, in milliseconds. */
export const MAX_JUMP_MS = 5 * 60_000;

/** The wall clock jumped. Polling stops until the process is started again. */
export class ClockJumpError extends Error {
  readonly code = "clock_jumped";
  /** @param jumpMs how far; positive is forward */
  constructor(readonly jumpMs: number) {
    super(
      `Polling stopped: the wall clock jumped by ${
        Math.round(jumpMs / 1000)
      } s against the monotonic ` +
        "clock (or the machine slept). Check the clock, then start again",
    );
    this.name = "ClockJumpError";
  }
}

/** Compares the two clocks at each look. */
export class ClockWatch {
  readonly #clock: Clock;
  #offset: number;
  #jump: ClockJumpError | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonic();
  }

  /**
   * Looks at both clocks. A drift that stays small from look to look, as a correction by NTP does, is none.
   *
   * @throws {ClockJumpError} at a jump, and ever after
   */
  check(): void {
    if (this.#jump !== null) throw this.#jump;
    const offset = this.#clock.now() - this.#clock.monotonic();
    const jumpMs = offset - this.#offset;
    if (Math.abs(jumpMs) > MAX_JUMP_MS) {
      this.#jump = new ClockJumpError(jumpMs);
      throw this.#jump;
    }
    this.#offset = offset;
  }
}
