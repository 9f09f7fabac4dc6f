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

Deno.test("ClockWatch.check() refuses a jump either way, until an upstream agrees", () => {
  for (const jumpMs of [6 * 60_000, -6 * 60_000]) {
    const clock = new JumpClock();
    const watch = new ClockWatch(clock);
    const before = clock.monotonic();
    clock.add(1_000);
    clock.jumpMs = jumpMs;
    assert.throws(
      () => watch.check(),
      (error) => error instanceof ClockJumpError && error.jumpMs === jumpMs,
    );
    watch.agreed(before);
    assert.throws(() => watch.check(), ClockJumpError, "it agreed before the jump");
    clock.add(1_000);
    assert.throws(() => watch.check(), ClockJumpError, "time alone does not heal it");
    watch.agreed(clock.monotonic());
    watch.check();
    clock.jumpMs = 0;
    assert.throws(() => watch.check(), ClockJumpError, "jumping back is a jump");
  }
});

Deno.test("ClockWatch.agreed() does not take an answer for one that came after a jump not seen yet", () => {
  const clock = new JumpClock();
  const watch = new ClockWatch(clock);
  clock.add(1_000);
  const answered = clock.monotonic();
  clock.jumpMs = 6 * 60_000;
  watch.agreed(answered);
  assert.throws(() => watch.check(), ClockJumpError);
});
