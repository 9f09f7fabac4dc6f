import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { pages } from "./pages.ts";

const clock = { now: () => Date.parse("2026-11-22T12:00:00.000Z"), monotonic: () => 0 };

/** A log of `count` adjustments behind the start of the day. */
function logOf(count: number): MemoryEventLog {
  const log = new MemoryEventLog({ clock });
  log.append(Array.from({ length: count }, (_, index) => ({
    kind: "fact",
    source: "/operator",
    type: "pnl.adjustment.recorded.v1",
    id: `a-${index}`,
    subject: index % 2 === 0 ? "even" : "odd",
    time: "2026-11-22T11:00:00.000Z",
    data: { amount: "1", component: "revenue", reason: "r", who: "w" },
  })));
  return log;
}

const positions = (log: MemoryEventLog, limit: number, read = {}) =>
  [...pages(log, { read, limit })].flat().map(({ position }) => position);

Deno.test("pages() gives every line once, in order, over the bounds of pages", () => {
  for (const count of [0, 1, 999, 1_000, 2_500]) {
    using log = logOf(count);
    const head = log.head().position;
    assert.deepEqual(
      positions(log, Infinity),
      Array.from({ length: head }, (_, index) => index + 1),
    );
  }
});

Deno.test("pages() stops at the limit, and begins after the position asked for", () => {
  using log = logOf(2_500);
  assert.deepEqual(positions(log, 1_200, { after: 10 }).length, 1_200);
  assert.deepEqual(positions(log, 3, { after: 2_000 }), [2_001, 2_002, 2_003]);
  assert.deepEqual(positions(log, 5, { after: 2_501 }), []);
});

Deno.test("pages() filters, also where matching lines are few", () => {
  using log = logOf(2_500);
  const even = positions(log, Infinity, { subject: "even" });
  assert.equal(even.length, 1_250);
  assert.ok(even.every((position) => position % 2 === 0));
});
