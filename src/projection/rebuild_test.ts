import assert from "node:assert/strict";
import { join } from "node:path";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import type { ReplayProgress } from "./progress.ts";
import { readPointer } from "./projection_file.ts";
import { Projector } from "./projector.ts";
import { rebuild } from "./rebuild.ts";
import { append, currentPath, inFolder, SteppedClock, vandalise, WINDOW_MS } from "./testing.ts";
import { verifyReplay } from "./verify_replay.ts";

/** Builds and pointer; a reader may leave SQLite's own files beside a build. */
const filesOf = (dir: string) =>
  [...Deno.readDirSync(dir)].map(({ name }) => name)
    .filter((name) => name.startsWith("projection") && !/-(wal|shm)$/.test(name)).toSorted();

Deno.test("rebuild() ends on an empty log and leaves a build that can be continued", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const report = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    assert.deepEqual([report.moved, report.position, report.finals], [true, 0, 0]);
    append(log, clock, { stepMs: 0, kinds: ["fill"] }, 0);
    const projector = await Projector.open({ log, dataDir: dir, windowMs: WINDOW_MS, clock });
    assert.equal(projector.build, report.build);
    assert.equal(projector.position, 2);
    await projector.close();
  }));

Deno.test("rebuild() says how far it is, what it found, and what could not be folded", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    for (let n = 0; n < 6000; n += 4) {
      const kinds = n === 400 ? ["unfoldable"] as const : ["fill", "fill", "fill", "fill"] as const;
      append(log, clock, { stepMs: 1000, kinds }, n);
    }
    const seen: ReplayProgress[] = [];
    const report = await rebuild({
      log,
      dataDir: dir,
      windowMs: WINDOW_MS,
      onProgress: (progress) => seen.push(progress),
    });
    const { position } = log.head();
    assert.equal(report.position, position);
    assert.equal(report.quarantined, 1);
    assert.equal(report.comparison.compared, null);
    assert.ok(seen.length >= 3);
    assert.equal(seen[0]?.total, position);
    assert.ok((seen[0]?.rate ?? 0) > 0 && (seen[0]?.etaMs ?? 0) > 0);
    assert.match(seen.at(-1)?.lastError ?? "", /^Position \d+: /);
    const again = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    assert.deepEqual(again.comparison, { compared: report.finals });
    assert.equal((await verifyReplay({ log, dataDir: dir })).compared, report.finals);
  }));

Deno.test("rebuild() reports how the old build differs, and takes over", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    for (let n = 0; n < 60; n++) append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
    await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    vandalise(
      dir,
      `UPDATE finals SET json = '{}' WHERE position = (SELECT min(position) FROM finals)`,
    );
    const report = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    assert.equal(report.comparison.firstDifference?.stored, "{}");
    assert.equal(report.moved, true);
    vandalise(dir, "DELETE FROM finals WHERE position = (SELECT min(position) FROM finals)");
    const second = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    assert.equal(second.comparison.firstDifference?.stored, null);
    assert.equal((await verifyReplay({ log, dataDir: dir })).ok, true);
  }));

Deno.test("rebuild() compares up to where both have come: the window open then is no difference", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    for (let n = 0; n < 12; n++) append(log, clock, { stepMs: 2000, kinds: ["fill"] }, n);
    const first = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    append(log, clock, { stepMs: 6000, kinds: ["fill"] }, 12);
    const second = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    assert.deepEqual(second.comparison, { compared: first.finals });
    assert.equal(second.finals, first.finals + 1);
  }));

Deno.test("rebuild() of a range is a trial: it compares, and replaces nothing", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    for (let n = 0; n < 60; n++) append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
    const whole = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    const before = filesOf(dir);
    const trial = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS, from: 20, to: 40 });
    assert.deepEqual([trial.moved, trial.position], [false, 41], "41 may close the window of 40");
    assert.ok((trial.comparison.compared ?? 0) > 0);
    assert.ok((trial.comparison.compared ?? 0) < whole.finals);
    assert.deepEqual(filesOf(dir), before);
    assert.equal(readPointer(dir), whole.build);
  }));

Deno.test("rebuild() leaves nothing behind where it is cancelled or fails", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    for (let n = 0; n < 5000; n += 5) {
      append(log, clock, { stepMs: 500, kinds: ["fill", "fill", "fill", "fill", "fill"] }, n);
    }
    const { build } = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    const before = filesOf(dir);
    const stop = new AbortController();
    await assert.rejects(
      rebuild({
        log,
        dataDir: dir,
        windowMs: WINDOW_MS,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error("enough")),
      }),
      /enough/,
    );
    await assert.rejects(
      rebuild({
        log,
        dataDir: dir,
        windowMs: WINDOW_MS,
        onProgress: () => {
          throw new Error("a progress bar that fails");
        },
      }),
      /progress bar/,
    );
    assert.deepEqual(filesOf(dir), before);
    assert.equal(currentPath(dir), join(dir, build));
    assert.equal((await verifyReplay({ log, dataDir: dir })).ok, true);
  }));
