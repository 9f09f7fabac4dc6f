import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { withLogs } from "../log/test_logs.ts";
import { QUARANTINE_LISTED } from "../pnl/fold.ts";
import { append, fill, inFolder, Live, SteppedClock, unfoldable } from "./testing.ts";

Deno.test("Projector warns of an event that cannot be folded: position and id, and nothing of its data", () =>
  inFolder((dir) =>
    withLogs(async (records) => {
      const clock = new SteppedClock();
      using log = new MemoryEventLog({ clock });
      const live = await Live.start(dir, log, clock);
      log.append([fill(0, clock), unfoldable(1, clock), fill(2, clock)]);
      await live.reach(log.head().position);
      await live.close();
      const warned = records.filter(({ level }) => level === "warning");
      assert.deepEqual(warned.map(({ properties }) => properties), [{
        position: 3,
        source: "/kalshi",
        type: "pnl.kalshi.fill.recorded.v1",
        id: "fill-1",
        reason: 'Cannot fold count "…": not a count of whole hundredths',
      }]);
      assert.ok(!JSON.stringify(warned).includes("1.001"));
      records.splice(0);
      const next = await Live.start(dir, log, clock);
      await next.close();
      assert.deepEqual(records.filter(({ level }) => level === "warning"), [], "said once");
    })
  ));

Deno.test("Projector warns of a hundred events that cannot be folded, and then once of the others", () =>
  inFolder((dir) =>
    withLogs(async (records) => {
      const clock = new SteppedClock();
      using log = new MemoryEventLog({ clock });
      const live = await Live.start(dir, log, clock);
      const count = QUARANTINE_LISTED + 20;
      for (let n = 0; n < count; n++) {
        append(log, clock, { stepMs: 1000, kinds: ["unfoldable"] }, n);
      }
      await live.reach(log.head().position);
      await live.close();
      const warned = records.filter(({ level }) => level === "warning");
      assert.equal(warned.length, QUARANTINE_LISTED + 1);
      assert.equal(live.projector.fold.quarantined, count);
    })
  ));
