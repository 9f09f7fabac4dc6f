import assert from "node:assert/strict";
import { StepClock } from "../sandbox/testing.ts";
import { ClockJumpError, ClockUnconfirmedError, ClockWatch } from "./clock_watch.ts";

/** A clock whose wall time can be moved apart from its monotonic time. */
class JumpClock extends StepClock {
  jumpMs = 0;

  override now(): number {
    return super.now() + this.jumpMs;
  }
}

/** A watch, and an upstream that agrees when it is said. */
function watched(options: { readonly confirmed: boolean }) {
  const clock = new JumpClock();
  const upstream: { agreedAt: number | null } = { agreedAt: null };
  const watch = new ClockWatch(clock, () => upstream.agreedAt);
  const agree = () => {
    clock.add(1);
    upstream.agreedAt = clock.monotonic();
  };
  if (options.confirmed) {
    agree();
    assert.equal(watch.look(), null);
  }
  return { clock, watch, upstream, agree };
}

Deno.test("ClockWatch.look() trusts no clock at first, until an upstream agrees", () => {
  const { clock, watch, upstream, agree } = watched({ confirmed: false });
  assert.ok(watch.look() instanceof ClockUnconfirmedError);
  clock.add(3_600_000);
  assert.ok(watch.look() instanceof ClockUnconfirmedError, "time alone confirms nothing");
  upstream.agreedAt = 0;
  assert.ok(watch.look() instanceof ClockUnconfirmedError, "it agreed before the watch began");
  agree();
  assert.equal(watch.look(), null);
  assert.equal(watch.lastJump, null);
});

Deno.test("ClockWatch.look() lets time pass, and small corrections, however many", () => {
  const { clock, watch } = watched({ confirmed: true });
  for (let look = 0; look < 10; look++) {
    clock.add(3_600_000);
    clock.jumpMs += 4 * 60_000;
    assert.equal(watch.look(), null);
  }
});

Deno.test("ClockWatch.look() distrusts a jump either way, until an upstream agrees", () => {
  for (const jumpMs of [6 * 60_000, -6 * 60_000]) {
    const { clock, watch, agree } = watched({ confirmed: true });
    clock.add(1_000);
    clock.jumpMs = jumpMs;
    const seen = watch.look();
    assert.ok(seen instanceof ClockJumpError && seen.jumpMs === jumpMs);
    clock.add(1_000);
    assert.equal(watch.look(), seen, "time alone does not heal it");
    agree();
    assert.equal(watch.look(), null);
    assert.equal(watch.lastJump, seen);
    clock.jumpMs = 0;
    assert.ok(watch.look() instanceof ClockJumpError, "jumping back is a jump");
  }
});

Deno.test("ClockWatch.look() does not take an answer for one that came after a jump not seen yet", () => {
  const { clock, watch, agree } = watched({ confirmed: true });
  clock.add(1_000);
  agree();
  clock.jumpMs = 6 * 60_000;
  assert.ok(watch.look() instanceof ClockJumpError);
});
