import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { SNAPSHOT } from "../pnl/snapshot_schema.ts";
import { append, fill, inFolder, Live, SteppedClock, until } from "./testing.ts";

Deno.test("Projector tells each final once and the newest provisional, in order", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    for (let n = 0; n < 20; n++) append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
    await live.reach(log.head().position);
    await until(() => live.frames.at(-1)?.offset === 2 * log.head().position);
    const offsets = live.frames.map((frame) => frame.offset);
    assert.deepEqual(offsets, [...new Set(offsets)].toSorted((a, b) => a - b));
    assert.equal(live.finals.length, 4);
    // One event a window: each final stands right after the one before.
    for (let n = 20; n < 25; n++) append(log, clock, { stepMs: 6000, kinds: ["fill"] }, n);
    await live.reach(log.head().position);
    assert.equal(live.finals.length, 9);
    assert.deepEqual(live.finals, live.projector.finalsAfter(0, 100));
    for (const { json, final, offset, position, epoch } of live.frames) {
      const snapshot = SNAPSHOT.parse(JSON.parse(json));
      assert.equal(snapshot.window.final, final);
      assert.equal(snapshot.position, position);
      assert.equal(offset, 2 * position + (final ? 1 : 0));
      assert.equal(epoch, live.projector.epoch);
    }
    await live.close();
  }));

Deno.test("Projector coalesces a burst: the first at once, at most twenty a second, the last always", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock, 86_400_000);
    log.append([fill(0, clock)]);
    await live.reach(2);
    assert.deepEqual(
      live.frames.map((frame) => frame.position),
      [2],
      "the first waits for nothing",
    );
    const started = performance.now();
    for (let n = 1; performance.now() - started < 1000; n++) {
      log.append([fill(n, clock)]);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const { position } = log.head();
    await until(() => live.frames.at(-1)?.position === position);
    const seconds = (performance.now() - started) / 1000;
    assert.ok(position > 60, `only ${position} events were appended`);
    assert.ok(live.frames.length <= 20 * seconds + 2, `${live.frames.length} in ${seconds} s`);
    assert.ok(live.frames.length >= 5, `${live.frames.length} in ${seconds} s`);
    await live.close();
  }));

Deno.test("Projector.current() is the newest at any time, though a burst is told later", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock, 86_400_000);
    assert.equal(live.projector.current(), null);
    assert.equal(live.projector.breakdown(), null);
    for (let n = 0; n < 10; n++) log.append([fill(n, clock)]);
    await live.reach(11);
    const current = live.projector.current();
    assert.equal(current?.offset, 22);
    assert.equal(live.projector.breakdown()?.offset, 22);
    assert.equal(current?.json, live.projector.current()?.json);
    await live.close();
  }));

Deno.test("Projector.finalsAfter() gives the finals after an offset, oldest first, up to the limit", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    for (let n = 0; n < 40; n++) append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
    await live.reach(log.head().position);
    const all = live.projector.finalsAfter(0, 100);
    assert.ok(all.length >= 7);
    for (const [index, { offset }] of all.entries()) {
      assert.deepEqual(live.projector.finalsAfter(offset, 100), all.slice(index + 1));
      assert.deepEqual(live.projector.finalsAfter(offset - 1, 100), all.slice(index));
      assert.deepEqual(live.projector.finalsAfter(offset - 1, 2), all.slice(index, index + 2));
    }
    await live.close();
  }));

Deno.test("Projector tells the others where a listener throws, and nobody who left", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    const left: number[] = [];
    const leave = live.projector.subscribe((frame) => left.push(frame.offset));
    live.projector.subscribe(() => {
      throw new Error("a listener that fails");
    });
    const after: number[] = [];
    live.projector.subscribe((frame) => after.push(frame.offset));
    leave();
    log.append([fill(0, clock)]);
    await live.reach(2);
    assert.deepEqual(after, [4]);
    assert.deepEqual(left, []);
    await live.close();
  }));

Deno.test("Projector.confirmedAgeMs grows while the log has more than is folded", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    log.append([fill(0, clock)]);
    await live.reach(2);
    assert.equal(live.projector.confirmedAgeMs, 0);
    await live.kill();
    log.append([fill(1, clock)]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.ok(live.projector.confirmedAgeMs >= 20);
    await live.close();
  }));
