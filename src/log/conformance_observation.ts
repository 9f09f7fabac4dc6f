/** Appending observations: only what changed, and no more often than wanted. */
import assert from "node:assert/strict";
import type { Declare } from "./conformance_subject.ts";
import { fill, parsed, totals } from "./testing.ts";

const SECOND = 1_000;

/** The part of the suite on observations. */
export function observationSuite(declare: Declare): void {
  declare("append() takes an observation only where it changed", ({ log, clock }) => {
    assert.deepEqual(log.append([totals("1.00")]), [{ status: "appended", position: 2 }]);
    clock.step(SECOND);
    assert.deepEqual(log.append([totals("1")]), [{ status: "exists", position: 2 }]);
    assert.deepEqual(log.append([totals("2")]), [{ status: "appended", position: 3 }]);
    assert.deepEqual(log.append([totals("2")]), [{ status: "exists", position: 3 }]);
  });

  declare("append() tells A, B, A apart, within one batch and one millisecond too", ({ log }) => {
    const answers = log.append([totals("1"), totals("2"), totals("1"), totals("1.0")]);
    assert.deepEqual(answers.map(({ position }) => position), [2, 3, 4, 4]);
    assert.deepEqual(log.append([totals("2"), totals("1")]).map(({ position }) => position), [
      5,
      6,
    ]);
    const ids = log.read({ source: "/revenue" }).map((line) => parsed(line).id);
    assert.equal(new Set(ids).size, 5);
  });

  declare("append() makes an observation's id of subject, time and content", ({ log, clock }) => {
    log.append([totals("1")]);
    clock.step(SECOND);
    log.append([totals("2")]);
    clock.step(SECOND);
    log.append([totals("1")]);
    const ids = log.read({ source: "/revenue" }).map((line) => parsed(line).id);
    const form = /^totals\/2026-01-02T12:00:0(\d)\.000Z\/([0-9a-f]{16})$/;
    const parts = ids.map((id) => form.exec(id)?.slice(1));
    assert.deepEqual(parts.map((part) => part?.[0]), ["0", "1", "2"]);
    assert.equal(parts[0]?.[1], parts[2]?.[1]);
    assert.notEqual(parts[0]?.[1], parts[1]?.[1]);
  });

  declare("append() compares an observation with its own subject and source", ({ log }) => {
    log.append([totals("1")]);
    const other = { ...totals("1"), subject: "other" };
    assert.deepEqual(log.append([other]), [{ status: "appended", position: 3 }]);
    assert.deepEqual(log.append([{ ...other, source: "/pnl" }, totals("1")]), [
      { status: "appended", position: 4 },
      { status: "exists", position: 2 },
    ]);
  });

  declare(
    "append() samples: at most one within atMostEveryMs, changed or not",
    ({ log, clock }) => {
      const sampled = (collected: string) => totals(collected, { atMostEveryMs: 60 * SECOND });
      log.append([sampled("1")]);
      clock.step(60 * SECOND - 1);
      assert.deepEqual(log.append([sampled("2")]), [{ status: "exists", position: 2 }]);
      clock.step(1);
      assert.deepEqual(log.append([sampled("1")]), [{ status: "exists", position: 2 }]);
      assert.deepEqual(log.append([sampled("3"), sampled("4")]), [
        { status: "appended", position: 3 },
        { status: "exists", position: 3 },
      ]);
    },
  );

  declare(
    "append() takes an unchanged observation withFacts after a fact that moves money",
    ({ log }) => {
      const bracketed = totals("1", { withFacts: true });
      assert.equal(log.append([bracketed])[0]?.status, "appended");
      assert.equal(log.append([bracketed])[0]?.status, "exists");
      assert.deepEqual(log.append([bracketed, fill("f-1"), bracketed, bracketed]), [
        { status: "exists", position: 2 },
        { status: "appended", position: 3 },
        { status: "appended", position: 4 },
        { status: "exists", position: 4 },
      ]);
      assert.deepEqual(log.append([fill("f-1"), bracketed]), [
        { status: "exists", position: 3 },
        { status: "exists", position: 4 },
      ]);
      assert.deepEqual(log.append([fill("f-2"), totals("1")])[1], {
        status: "exists",
        position: 4,
      });
      log.append([fill("f-3")]);
      assert.deepEqual(
        log.append([bracketed]),
        [{ status: "appended", position: 7 }],
        "a batch later",
      );
      assert.deepEqual(log.append([bracketed]), [{ status: "exists", position: 7 }]);
    },
  );
}
