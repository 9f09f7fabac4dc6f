import assert from "node:assert/strict";
import fc from "fast-check";
import type { Answer } from "./condition.ts";
import { INITIAL, type Notice, type RuleState, step } from "./rule_state.ts";

const NOW = Date.UTC(2026, 10, 22, 10);

/** Answers in turn, some after the one before by that many seconds: holds, holds not, not known. */
type Given = readonly { readonly after: number; readonly holds: boolean | null }[];

const given: fc.Arbitrary<Given> = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 90 }),
    holds: fc.constantFrom(true, true, false, null),
  }),
  { maxLength: 60 },
);

const pace = fc.record({
  forSeconds: fc.constantFrom(0, 30, 120),
  every: fc.constantFrom(null, 60, 300),
});

function answerOf(holds: boolean | null): Answer | null {
  return holds === null ? null : { holds, value: String(holds) };
}

/** Every state and notice of a run, with its time. */
function run(answers: Given, pace: { forSeconds: number; every: number | null }) {
  let state: RuleState = INITIAL;
  let now = NOW;
  return answers.map(({ after, holds }) => {
    now += after * 1000;
    const before = state;
    const next = step(state, pace, answerOf(holds), now);
    state = next.state;
    return { before, ...next, holds, now };
  });
}

Deno.test("step() fires only where every answer of the last forSeconds said that it holds", () => {
  fc.assert(fc.property(given, pace, (answers, pace) => {
    const steps = run(answers, pace);
    steps.forEach(({ notice, now, state }, index) => {
      if (notice !== "firing") return;
      const since = state.since!;
      assert.ok(now - since >= pace.forSeconds * 1000);
      const span = steps.slice(0, index + 1).filter((each) => each.now > since);
      assert.ok(span.every(({ holds }) => holds !== false));
      assert.equal(steps[index]!.holds, true, "nothing unknown fires");
    });
  }));
});

Deno.test("step() fires as soon as a condition has held for forSeconds", () => {
  fc.assert(fc.property(given, pace, (answers, pace) => {
    let heldSince: number | null = null;
    for (const { holds, now, state } of run(answers, pace)) {
      if (holds === false) heldSince = null;
      if (holds !== true) continue;
      heldSince ??= now;
      const isDue: boolean = now - heldSince >= pace.forSeconds * 1000;
      assert.equal(state.status, isDue ? "firing" : "pending");
      assert.equal(state.since, heldSince);
    }
  }));
});

Deno.test("step() tells in turn: firing, again not before its time, then resolved", () => {
  fc.assert(fc.property(given, pace, (answers, pace) => {
    let firing = false;
    let toldAt = 0;
    for (const { notice, now } of run(answers, pace)) {
      const expected: Record<Notice, boolean> = { firing: false, repeated: true, resolved: true };
      if (notice === null) continue;
      assert.equal(firing, expected[notice], notice);
      if (notice === "repeated") {
        assert.ok(pace.every !== null && now - toldAt >= pace.every * 1000);
      }
      firing = notice !== "resolved";
      toldAt = now;
    }
  }));
});

Deno.test("step() changes nothing where there is no answer", () => {
  fc.assert(fc.property(given, pace, (answers, pace) => {
    for (const { before, state, notice, holds } of run(answers, pace)) {
      if (holds === null) assert.deepEqual([state, notice], [before, null]);
    }
  }));
});

Deno.test("step() of a state that was kept as JSON goes on as if nothing had happened", () => {
  fc.assert(fc.property(given, pace, (answers, pace) => {
    let state: RuleState = INITIAL;
    for (const each of run(answers, pace)) {
      const next = step(JSON.parse(JSON.stringify(state)), pace, answerOf(each.holds), each.now);
      assert.deepEqual(next, { state: each.state, notice: each.notice });
      state = next.state;
    }
  }));
});

Deno.test("step() of a clock that was set back waits from then on, and not for that time to come", () => {
  const slow = { forSeconds: 60, every: null };
  const holds = { holds: true, value: "1" };
  const begun = step(INITIAL, slow, holds, NOW + 3_600_000).state;
  const back = step(begun, slow, holds, NOW).state;
  assert.equal(back.since, NOW);
  assert.equal(step(back, slow, holds, NOW + 60_000).notice, "firing");
});
