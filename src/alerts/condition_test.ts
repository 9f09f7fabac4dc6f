import assert from "node:assert/strict";
import fc from "fast-check";
import { SNAPSHOT, type Snapshot } from "../pnl/snapshot_schema.ts";
import { defaultAnswer } from "../projection/default_answer.ts";
import { CURRENT } from "../projection/read_model.ts";
import { CLOSED_BREAKER, type SourceStatus } from "../sources/status.ts";
import { answerOfSnapshot, answerOfTime, type Condition, OPERATORS } from "./condition.ts";
import { FIGURE_NAMES, figureOf } from "./figures.ts";

const NOW = Date.UTC(2026, 10, 22, 10);
const EMPTY: Snapshot = SNAPSHOT.parse(JSON.parse(defaultAnswer(CURRENT, 5_000)));
const WHOLE: Snapshot = { ...EMPTY, position: 7, quality: { ...EMPTY.quality, complete: true } };

/** A whole snapshot of some net P&L, in which some sources are pending. */
function snapshot(netPnl: string, pending: string[] = []): Snapshot {
  return {
    ...WHOLE,
    metrics: { ...WHOLE.metrics, netPnl },
    quality: { ...WHOLE.quality, pending },
  };
}

function source(over: Partial<SourceStatus>): SourceStatus {
  return {
    name: "kalshi",
    state: "ok",
    intervalMs: 5_000,
    lastSuccessAt: new Date(NOW - 3_600_000).toISOString(),
    nextPollAt: null,
    backfillRows: 0,
    breaker: CLOSED_BREAKER,
    ...over,
  };
}

Deno.test("answerOfSnapshot() compares as numbers of nano-dollars do", () => {
  const amount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
  const textOf = (nanos: bigint) => {
    const digits = (nanos < 0n ? -nanos : nanos).toString().padStart(10, "0");
    return `${nanos < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
  };
  fc.assert(fc.property(amount, amount, fc.boolean(), (a, other, same) => {
    const b = same ? a : other;
    const expected = { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b };
    for (const op of OPERATORS) {
      const when: Condition = { metric: "netPnl", op, value: textOf(b) };
      assert.equal(answerOfSnapshot(when, snapshot(textOf(a)))?.holds, expected[op]);
    }
  }));
});

Deno.test("answerOfSnapshot() of a figure that is not known is no answer, and never a zero", () => {
  const below: Condition = { metric: "grossMarginPct", op: "<", value: "10" };
  assert.equal(answerOfSnapshot(below, WHOLE), null, "a null figure");
  const net: Condition = { metric: "netPnl", op: "<", value: "10" };
  assert.equal(answerOfSnapshot(net, WHOLE)?.holds, true);
  assert.equal(answerOfSnapshot(net, EMPTY), null, "the default of an empty log");
  const partial = { ...WHOLE, quality: { ...WHOLE.quality, complete: false } };
  assert.equal(answerOfSnapshot(net, partial), null, "a snapshot that is not complete");
  assert.equal(answerOfSnapshot(net, snapshot("0.00", ["anthropic"])), null, "a pending source");
  const revenue: Condition = { metric: "totalRevenue", op: "<", value: "10" };
  assert.equal(answerOfSnapshot(revenue, snapshot("0.00", ["anthropic"]))?.holds, true);
});

Deno.test("answerOfSnapshot() of what is unreconciled goes by the larger amount, whatever its sign", () => {
  const of = (cash: string | null, realizedPnl: string | null): Snapshot => ({
    ...WHOLE,
    components: {
      ...WHOLE.components,
      kalshi: {
        ...WHOLE.components.kalshi,
        unreconciled: { cash, realizedPnl, at: "2026-11-22T10:00:00.000Z" },
      },
    },
  });
  const above: Condition = { unreconciled: { above: "1" } };
  assert.equal(answerOfSnapshot(above, WHOLE), null);
  assert.equal(answerOfSnapshot(above, of(null, null)), null);
  assert.deepEqual(answerOfSnapshot(above, of("-2.00", "1.50")), { holds: true, value: "-2.00" });
  assert.deepEqual(answerOfSnapshot(above, of("1.00", null)), { holds: false, value: "1.00" });
});

Deno.test("figureOf() reads each figure that it names", () => {
  assert.ok(FIGURE_NAMES.includes("kalshi.balance") && FIGURE_NAMES.includes("day.netPnl"));
  const known = FIGURE_NAMES.filter((name) => figureOf(WHOLE, name) !== null);
  assert.ok(known.includes("kalshi.openPositions") && known.includes("totalExpenses"));
  assert.ok(!FIGURE_NAMES.some((name) => /observedAt|since|start/.test(name)));
  assert.equal(figureOf(WHOLE, "nothing"), null);
});

Deno.test("answerOfTime() of a source says nothing before it has polled, or while it is read anew", () => {
  const stale: Condition = { stale: "kalshi" };
  const of = (over: Partial<SourceStatus>) =>
    answerOfTime(stale, { statuses: [source(over)], stalls: [], now: NOW })?.holds ?? null;
  assert.equal(of({}), true);
  assert.equal(of({ lastSuccessAt: new Date(NOW - 1_000).toISOString() }), false);
  assert.equal(of({ state: "stopped" }), true);
  for (const state of ["starting", "backfilling", "not_configured"] as const) {
    assert.equal(of({ state }), null, state);
  }
  assert.equal(answerOfTime(stale, { statuses: [], stalls: [], now: NOW }), null);
});

Deno.test("answerOfTime() of the watchdog goes by the part that is named", () => {
  const stalls = [{ part: "pushing", reason: "pushing_stopped" }];
  const of = (watchdog: "any" | "pushing" | "polling") =>
    answerOfTime({ watchdog }, { statuses: [], stalls, now: NOW });
  assert.deepEqual(of("any"), { holds: true, value: "pushing_stopped" });
  assert.equal(of("pushing")?.holds, true);
  assert.deepEqual(of("polling"), { holds: false, value: null });
});
