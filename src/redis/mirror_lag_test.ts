import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { textOf, withLogs } from "../log/test_logs.ts";
import { fill, ManualClock } from "../log/testing.ts";
import { MirrorLag } from "./mirror_lag.ts";

Deno.test("MirrorLag measures from the oldest event that is not mirrored", () => {
  const clock = new ManualClock();
  const log = new MemoryEventLog({ clock });
  let position = 0;
  const logger = getLogger(["pnl", "redis"]);
  const lag = new MirrorLag({ log, clock, logger, position: () => position });
  assert.deepEqual([lag.events, lag.seconds], [0, 0]);
  log.append([fill("a")]);
  clock.step(4_000);
  log.append([fill("b")]);
  clock.step(500);
  assert.deepEqual([lag.events, lag.seconds], [3, 4.5]);
  position = 2;
  assert.deepEqual([lag.events, lag.seconds], [1, 0.5]);
  position = 3;
  assert.deepEqual([lag.events, lag.seconds], [0, 0]);
  clock.step(-60_000);
  log.append([fill("c")]);
  assert.deepEqual([lag.events, lag.seconds], [1, 0]);
});

Deno.test("MirrorLag warns once of each lag that lasts, and says once that it is over", async () => {
  await withLogs((records) => {
    const clock = new ManualClock();
    const log = new MemoryEventLog({ clock });
    let position = 0;
    const logger = getLogger(["pnl", "redis"]);
    const lag = new MirrorLag({ log, clock, logger, position: () => position });
    const lookFor = (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        lag.look();
        clock.step(1_000);
      }
    };
    log.append([fill("a")]);
    // Old events that are filled in within ten seconds are no lag.
    clock.step(86_400_000);
    lookFor(9);
    position = 2;
    lookFor(20);
    assert.deepEqual(records.map(textOf), []);
    for (const id of ["b", "c"]) {
      log.append([fill(id)]);
      lookFor(60);
      position = log.head().position;
      lookFor(60);
    }
    assert.deepEqual(records.map(({ level }) => level), ["warning", "info", "warning", "info"]);
    assert.match(textOf(records[0]!), /2 events and 1\d s behind the log/);
    assert.match(textOf(records[1]!), /caught up with the log, at position 4/);
    return Promise.resolve();
  });
});
