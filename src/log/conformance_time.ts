/** Recorded time, whatever the wall clock does. */
import assert from "node:assert/strict";
import type { Declare } from "./conformance_subject.ts";
import { allLines, fill, parsed } from "./testing.ts";

/** The part of the suite on recorded time. */
export function timeSuite(declare: Declare): void {
  declare("append() never lets recorded time go down", ({ log, clock }) => {
    log.append([fill("f-1")]);
    clock.step(-10_000);
    log.append([fill("f-2")]);
    assert.equal(log.head().recordedTime, "2026-01-02T12:00:00.000Z");
    clock.step(600_000);
    log.append([fill("f-3")]);
    clock.step(-600_000);
    log.append([fill("f-4")]);
    clock.step(610_001);
    log.append([fill("f-5")]);
    const times = allLines(log).map((line) => parsed(line).recordedtime);
    assert.deepEqual(times.map((time) => time.slice(11)), [
      "12:00:00.000Z",
      "12:00:00.000Z",
      "12:00:00.000Z",
      "12:09:50.000Z",
      "12:09:50.000Z",
      "12:10:00.001Z",
    ]);
  });

  declare(
    "append() starts no day twice when the clock goes back over midnight",
    ({ log, clock }) => {
      clock.set("2026-01-02T23:59:58.000Z");
      log.append([fill("f-1")]);
      clock.step(5_000);
      log.append([fill("f-2")]);
      clock.step(-10_000);
      log.append([fill("f-3")]);
      clock.step(10_000);
      log.append([fill("f-4")]);
      const ids = allLines(log).map((line) => parsed(line).id);
      assert.deepEqual(ids, ["2026-01-02", "f-1", "2026-01-03", "f-2", "f-3", "f-4"]);
    },
  );

  declare("append() judges a time ahead by the clock, not by the last event", ({ log, clock }) => {
    clock.step(600_000);
    log.append([fill("f-1")]);
    clock.step(-600_000);
    const ahead = fill("f-2", { time: "2026-01-02T12:06:00.000Z" });
    assert.throws(() => log.append([ahead]), /5 minutes ahead/);
    clock.step(60_000);
    assert.equal(log.append([ahead])[0]?.status, "appended");
  });
}
