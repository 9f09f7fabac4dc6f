import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { currentSnapshot } from "../pnl/fold.ts";
import type { Final } from "./final.ts";
import { FoldRun, LogGapError } from "./fold_run.ts";
import { append, SteppedClock, WINDOW_MS } from "./testing.ts";

/** Lines of a log with an event every two seconds. */
function lines(count: number) {
  const clock = new SteppedClock();
  using log = new MemoryEventLog({ clock });
  for (let n = 0; n < count; n++) append(log, clock, { stepMs: 2000, kinds: ["fill"] }, n);
  return log.read();
}

Deno.test("FoldRun.apply() gives the finals, and knows how far it is", () => {
  const run = FoldRun.from(WINDOW_MS);
  const finals: Final[] = [];
  run.apply(lines(10), finals);
  assert.equal(run.position, 11);
  assert.equal(run.recorded, "2026-11-21T23:59:50.000Z");
  assert.equal(run.lastError, null);
  assert.deepEqual(finals.map(({ position }) => position), [3, 5, 8, 10]);
  for (const { windowStart, windowEnd, json, metrics } of finals) {
    assert.equal(windowEnd - windowStart, WINDOW_MS);
    assert.equal(JSON.parse(json).metrics.netPnl, metrics.netPnl);
  }
});

Deno.test("FoldRun.apply() refuses a gap and a repetition, and keeps what came before", () => {
  const run = FoldRun.from(WINDOW_MS);
  const all = lines(10);
  const finals: Final[] = [];
  assert.throws(() => run.apply([...all.slice(0, 6), ...all.slice(7)], finals), LogGapError);
  assert.equal(run.position, 6);
  assert.deepEqual(finals.map(({ position }) => position), [3, 5]);
  assert.throws(() => run.apply(all, finals), { expected: 7, found: 1 });
  run.apply(all.slice(6), finals);
  assert.deepEqual(finals.map(({ position }) => position), [3, 5, 8, 10]);
});

Deno.test("FoldRun.apply() quarantines an event of a type that this program does not know", () => {
  const run = FoldRun.from(WINDOW_MS);
  const all = lines(10).map(({ position, line }) => ({
    position,
    line: position === 4 ? line.replace("fill.recorded.v1", "fill.recorded.v9") : line,
  }));
  run.apply(all, []);
  assert.equal(run.position, 11);
  assert.match(run.lastError ?? "", /^Position 4: .*fill\.recorded\.v9/);
  const quality = currentSnapshot(run.fold)?.quality;
  assert.deepEqual([quality?.quarantined, quality?.incompleteSince], [1, 4]);
});
