import assert from "node:assert/strict";
import { StepClock } from "../sandbox/testing.ts";
import { ClockJumpError, ClockWatch } from "./clock_watch.ts";

/** A clock whose wall time can be moved apart from its monotonic time. */
class JumpClock extends StepClock {
  jumpMs = 0;

  override now(): number {
    return super.now() + this.jumpMs;
  }
}

Deno.test("ClockWatch.check() lets time pass, and small corrections, however many", () => {
  const clock = new JumpClock();
  const watch = new ClockWatch(clock);
  for (let look = 0; look < 10; look++) {
    clock.add(3_600_000);
    clock.jumpMs += 4 * 60_000;
    watch.check();
  }
});

Deno.test("ClockWatch.check() refuses a jump either way, and ever after", () => {
  for (const jumpMs of [6 * 60_000, -6 * 60_000]) {
    const clock = new JumpClock();
    const watch = new ClockWatch(clock);
    clock.jumpMs = jumpMs;
    assert.throws(
      () => watch.check(),
      (error) => error instanceof ClockJumpError && error.jumpMs === jumpMs,
    );
    clock.jumpMs = 0;
    assert.throws(() => watch.check(), ClockJumpError);
  }
});
