import assert from "node:assert/strict";
import { join } from "node:path";
import type { LogLine, SubscribeOptions } from "../log/event_log.ts";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { projectionEpoch } from "./epoch.ts";
import { POINTER, readPointer, sweepBuilds } from "./projection_file.ts";
import { rebuild } from "./rebuild.ts";
import {
  append,
  currentPath,
  inFolder,
  Live,
  SteppedClock,
  until,
  vandalise,
  WINDOW_MS,
} from "./testing.ts";
import { verifyReplay } from "./verify_replay.ts";

/** A short window, so that the pointer is looked at often. */
const TICK_MS = 40;

Deno.test("Projector goes on with a rebuilt build of its epoch; offsets never go down", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock, TICK_MS);
    for (let n = 0; n < 50; n++) append(log, clock, { stepMs: 15, kinds: ["fill"] }, n);
    await live.reach(log.head().position);
    const first = live.projector.build;
    const report = await rebuild({ log, dataDir: dir, windowMs: TICK_MS });
    assert.equal(report.moved, true);
    assert.equal(report.comparison.firstDifference, undefined);
    assert.equal(report.comparison.compared, live.projector.finalsAfter(0, 1000).length);
    append(log, clock, { stepMs: 100, kinds: ["fill", "fill"] }, 50);
    await until(() => live.projector.build === report.build);
    assert.notEqual(report.build, first);
    for (let n = 52; n < 80; n++) append(log, clock, { stepMs: 15, kinds: ["fill"] }, n);
    await live.reach(log.head().position);
    await until(() => live.frames.at(-1)?.offset === 2 * log.head().position);
    const offsets = live.frames.map((frame) => frame.offset);
    assert.deepEqual(offsets, [...new Set(offsets)].toSorted((a, b) => a - b));
    assert.deepEqual(live.finals, live.projector.finalsAfter(0, 1000));
    await live.close();
    assert.equal((await verifyReplay({ log, dataDir: dir })).ok, true);
    const later = Date.now() + 11 * 60_000;
    assert.deepEqual(sweepBuilds(dir, [], Date.now()), [], "it may still be held by a reader");
    assert.deepEqual(sweepBuilds(dir, [], later), [first]);
    assert.deepEqual(sweepBuilds(dir, [], later), []);
  }));

Deno.test("Projector stays with its build where the pointer names one of another window length", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    for (let n = 0; n < 20; n++) append(log, clock, { stepMs: 15, kinds: ["fill"] }, n);
    const live = await Live.start(dir, log, clock, TICK_MS);
    const { build } = live.projector;
    const report = await rebuild({ log, dataDir: dir, windowMs: WINDOW_MS });
    assert.equal(report.comparison.compared, null);
    await new Promise((resolve) => setTimeout(resolve, 3 * TICK_MS));
    append(log, clock, { stepMs: 15, kinds: ["fill"] }, 20);
    await live.reach(log.head().position);
    assert.equal(live.projector.build, build);
    assert.equal(readPointer(dir), report.build);
    await live.close();
  }));

Deno.test("Projector builds anew where its file is deleted under it, and tells no frame twice", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock, TICK_MS);
    for (let n = 0; n < 30; n++) append(log, clock, { stepMs: 15, kinds: ["fill"] }, n);
    await until(() => live.frames.at(-1)?.offset === 2 * log.head().position);
    const first = live.projector.build;
    for (const suffix of ["", "-wal", "-shm"]) Deno.removeSync(currentPath(dir) + suffix);
    await until(() => live.projector.build !== first);
    await new Promise((resolve) => setTimeout(resolve, 60));
    append(log, clock, { stepMs: 100, kinds: ["fill"] }, 30);
    await live.reach(log.head().position);
    const offsets = live.frames.map((frame) => frame.offset);
    assert.equal(new Set(offsets).size, offsets.length);
    await live.close();
    assert.equal((await verifyReplay({ log, dataDir: dir })).ok, true);
  }));

Deno.test("Projector puts the pointer back where it is deleted", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock, TICK_MS);
    Deno.removeSync(join(dir, POINTER));
    await until(() => readPointer(dir) === live.projector.build);
    await live.close();
  }));

/** A log that gives each batch twice, as it may come after a switch that has folded ahead. */
class RepeatingLog extends MemoryEventLog {
  override async *subscribe(options: SubscribeOptions): AsyncGenerator<readonly LogLine[]> {
    for await (const lines of super.subscribe(options)) {
      yield lines;
      yield lines;
    }
  }
}

Deno.test("Projector passes over lines that are folded already", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new RepeatingLog({ clock });
    const live = await Live.start(dir, log, clock);
    for (let n = 0; n < 5; n++) {
      append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
      await live.reach(log.head().position);
      await Promise.resolve();
      assert.equal(live.projector.state.status, "running");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(live.projector.state.status, "running");
    await live.close();
  }));

Deno.test("Projector says that its store fails, goes on answering, and heals", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    append(log, clock, { stepMs: 0, kinds: ["fill"] }, 0);
    await live.reach(log.head().position);
    // One more within the moment: it is to be told a little later, when the store fails already.
    append(log, clock, { stepMs: 0, kinds: ["fill"] }, 1);
    await live.reach(log.head().position);
    const { build } = live.projector;
    vandalise(
      dir,
      `CREATE TRIGGER full BEFORE INSERT ON finals BEGIN SELECT RAISE(ABORT, 'no room'); END`,
    );
    append(log, clock, { stepMs: 6000, kinds: ["fill", "fill"] }, 2);
    await until(() => live.projector.state.status === "failed");
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.match(live.projector.state.reason ?? "", /no room/);
    assert.deepEqual(live.finals, [], "a final is told only when it is stored");
    assert.equal(live.projector.current()?.position, log.head().position);
    vandalise(dir, "DROP TRIGGER full");
    append(log, clock, { stepMs: 6000, kinds: ["fill"] }, 4);
    await live.reach(log.head().position);
    assert.equal(live.projector.state.status, "running");
    assert.equal(live.projector.build, build);
    assert.deepEqual(live.finals, live.projector.finalsAfter(0, 100));
    assert.equal(live.finals.length, 2);
    await live.close();
    assert.equal((await verifyReplay({ log, dataDir: dir })).ok, true);
  }));

Deno.test("Projector quarantines what cannot be folded, or is not known, and goes on", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    append(log, clock, { stepMs: 0, kinds: ["fill", "unfoldable", "fill"] }, 0);
    append(log, clock, { stepMs: 6000, kinds: ["fill"] }, 3);
    await live.reach(log.head().position);
    const [final] = live.finals;
    const snapshot = JSON.parse(final?.json ?? "null");
    assert.equal(snapshot.quality.quarantined, 1);
    assert.equal(snapshot.quality.complete, false);
    // Position 1 is the day's start, 2 the first fill, 3 what cannot be folded.
    assert.equal(snapshot.quality.incompleteSince, 3);
    assert.equal(snapshot.position, 4);
    assert.equal(live.projector.state.status, "running");
    await live.close();
  }));

Deno.test("projectionEpoch() depends on the log, the fold's version and the window length alone", () => {
  const identity = { logId: "a", foldVersion: 1, windowMs: 5000 };
  assert.match(projectionEpoch(identity), /^[0-9a-f]{16}$/);
  assert.equal(projectionEpoch(identity), projectionEpoch({ ...identity }));
  const others = [
    { ...identity, logId: "b" },
    { ...identity, foldVersion: 2 },
    { ...identity, windowMs: 5001 },
  ];
  assert.equal(new Set([identity, ...others].map(projectionEpoch)).size, 4);
});
