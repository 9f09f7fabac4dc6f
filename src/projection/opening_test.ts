import assert from "node:assert/strict";
import { join } from "node:path";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { DatabaseError } from "../sqlite/database_error.ts";
import type { Frame } from "./frame.ts";
import { POINTER, readPointer } from "./projection_file.ts";
import { Projector } from "./projector.ts";
import {
  append,
  currentPath,
  inFolder,
  reached,
  SteppedClock,
  vandalise,
  WINDOW_MS,
} from "./testing.ts";
import { verifyReplay } from "./verify_replay.ts";

/** A log of more than a page: 3,001 events in windows of ten. */
function longLog(clock: SteppedClock): MemoryEventLog {
  const log = new MemoryEventLog({ clock });
  for (let n = 0; n < 3000; n += 10) {
    append(log, clock, { stepMs: WINDOW_MS, kinds: new Array(10).fill("fill") }, n);
  }
  return log;
}

Deno.test("Projector.open() leaves a long log to run(), which tells nobody of the past", () =>
  inFolder(async (dataDir) => {
    const clock = new SteppedClock();
    using log = longLog(clock);
    const options = { log, dataDir, windowMs: WINDOW_MS, clock, openBudgetMs: 0 };
    const projector = await Projector.open(options);
    assert.equal(projector.state.status, "rebuilding");
    assert.equal(projector.confirmedAgeMs, null, "it was never at the end of the log");
    assert.ok(projector.position < log.head().position);
    assert.equal(readPointer(dataDir), null, "what is half built is nobody's");
    const frames: Frame[] = [];
    projector.subscribe((frame) => frames.push(frame));
    const running = projector.run(new AbortController().signal);
    await reached(projector, log.head().position);
    assert.equal(projector.state.status, "running");
    assert.equal(readPointer(dataDir), projector.build);
    assert.deepEqual(frames.map(({ offset }) => offset), [2 * log.head().position]);
    append(log, clock, { stepMs: WINDOW_MS, kinds: ["fill"] }, 3000);
    await reached(projector, log.head().position);
    assert.deepEqual(frames.slice(1, 2).map(({ final }) => final), [true]);
    await projector.close();
    await running;
    assert.equal((await verifyReplay({ log, dataDir })).ok, true);
  }));

Deno.test("Projector.close() takes a build that was never filled away with it", () =>
  inFolder(async (dataDir) => {
    const clock = new SteppedClock();
    using log = longLog(clock);
    const options = { log, dataDir, windowMs: WINDOW_MS, clock, openBudgetMs: 0 };
    await (await Projector.open(options)).close();
    assert.deepEqual([...Deno.readDirSync(dataDir)], []);
  }));

Deno.test("Projector.open() says which file cannot be written, and leaves it as it is", () =>
  inFolder(async (dataDir) => {
    const clock = new SteppedClock();
    using log = longLog(clock);
    const options = { log, dataDir, windowMs: WINDOW_MS, clock };
    await (await Projector.open(options)).close();
    const path = currentPath(dataDir);
    vandalise(
      dataDir,
      "CREATE TRIGGER full BEFORE INSERT ON finals BEGIN SELECT RAISE(ABORT, 'no room'); END",
    );
    append(log, clock, { stepMs: WINDOW_MS, kinds: ["fill"] }, 3000);
    await assert.rejects(
      Projector.open(options),
      (error) => error instanceof DatabaseError && error.path === path,
    );
    vandalise(dataDir, "DROP TRIGGER full");
    const projector = await Projector.open(options);
    assert.equal(join(dataDir, projector.build), path);
    assert.equal(projector.position, log.head().position);
    await projector.close();
    assert.ok([...Deno.readDirSync(dataDir)].some(({ name }) => name === POINTER));
  }));
