import assert from "node:assert/strict";
import { join } from "node:path";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import type { EventLog } from "../log/event_log.ts";
import {
  append,
  currentPath,
  fill,
  inFolder,
  Live,
  openLog,
  SteppedClock,
  vandalise,
  WINDOW_MS,
} from "./testing.ts";
import { verifyReplay } from "./verify_replay.ts";

/** Appends `count` events, one a second. */
function fillLog(log: EventLog, clock: SteppedClock, count: number, first = 0): void {
  for (let n = first; n < first + count; n++) {
    append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
  }
}

/** Opens the projection of a folder, checks that it is what the log makes, and names its build. */
async function openAndCheck(dir: string, log: EventLog, windowMs = WINDOW_MS): Promise<string> {
  const live = await Live.start(dir, log, new SteppedClock(), windowMs);
  assert.equal(live.projector.position, log.head().position);
  const { build } = live.projector;
  await live.close();
  assert.equal((await verifyReplay({ log, dataDir: dir })).ok, true);
  return build;
}

Deno.test("Projector.open() continues the same build of the same log", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    fillLog(log, clock, 20);
    const first = await openAndCheck(dir, log);
    fillLog(log, clock, 20, 20);
    assert.equal(await openAndCheck(dir, log), first);
  }));

Deno.test("Projector.open() builds anew where the log was replaced by an older copy of itself", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    const log = await openLog(dir, clock);
    fillLog(log, clock, 15);
    log.close();
    await Deno.copyFile(join(dir, "events.db"), join(dir, "older.db"));
    const grown = await openLog(dir, clock);
    fillLog(grown, clock, 20, 15);
    const first = await openAndCheck(dir, grown);
    grown.close();
    for (const suffix of ["-wal", "-shm"]) {
      await Deno.remove(join(dir, `events.db${suffix}`)).catch(() => {});
    }
    await Deno.copyFile(join(dir, "older.db"), join(dir, "events.db"));
    const older = await openLog(dir, clock);
    assert.equal(older.id, grown.id);
    const second = await openAndCheck(dir, older);
    assert.notEqual(second, first);
    // It grows past the old one by other events: the position alone would say nothing.
    fillLog(older, clock, 40, 100);
    assert.equal(await openAndCheck(dir, older), second);
    older.close();
  }));

Deno.test("Projector.open() builds anew where the older copy has grown by other events", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock, id: "the-log" });
    fillLog(log, clock, 30);
    const first = await openAndCheck(dir, log);
    const other = new SteppedClock();
    using diverged = new MemoryEventLog({ clock: other, id: "the-log" });
    fillLog(diverged, other, 15);
    fillLog(diverged, other, 40, 500);
    assert.notEqual(await openAndCheck(dir, diverged), first);
  }));

Deno.test("Projector.open() builds anew for another log, and for another window length", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    fillLog(log, clock, 20);
    const first = await openAndCheck(dir, log);
    const other = new SteppedClock();
    using another = new MemoryEventLog({ clock: other });
    fillLog(another, other, 20);
    const second = await openAndCheck(dir, another);
    const third = await openAndCheck(dir, another, 10_000);
    assert.equal(new Set([first, second, third]).size, 3);
  }));

/** Ways to spoil a build; each must be noticed when it is opened. */
const SPOILED: Readonly<Record<string, (dir: string) => void>> = {
  "is deleted": (dir) => Deno.removeSync(currentPath(dir)),
  "is empty": (dir) => Deno.writeFileSync(currentPath(dir), new Uint8Array(0)),
  "is garbage": (dir) => Deno.writeTextFileSync(currentPath(dir), "garbage ".repeat(2000)),
  "is cut in half": (dir) =>
    Deno.truncateSync(currentPath(dir), Deno.statSync(currentPath(dir)).size / 2),
  "has lost its pointer": (dir) => Deno.removeSync(join(dir, "projection.current")),
  "has a pointer to nonsense": (dir) =>
    Deno.writeTextFileSync(join(dir, "projection.current"), "../../etc/passwd\n"),
  "has lost its checkpoint": (dir) => vandalise(dir, "DELETE FROM checkpoint"),
  "has another root": (dir) => vandalise(dir, "UPDATE checkpoint SET root = 'ab'"),
  "has another fold": (dir) => vandalise(dir, "UPDATE ledger SET fold = replace(fold, '1', '2')"),
  "is not a fold": (dir) => vandalise(dir, "UPDATE ledger SET fold = '{}'"),
  "has a fold from the future": (dir) => vandalise(dir, "UPDATE ledger SET position = 999"),
  "has lost its identity": (dir) => vandalise(dir, "DELETE FROM identity"),
  "is of another fold version": (dir) => vandalise(dir, "UPDATE identity SET fold_version = 99"),
  "has another final in the tail": (dir) =>
    vandalise(
      dir,
      `DELETE FROM ledger; UPDATE finals SET json = replace(json, '"USD"', '"EUR"')
       WHERE position = (SELECT max(position) FROM finals)`,
    ),
  "lacks a final in the tail": (dir) =>
    vandalise(
      dir,
      "DELETE FROM ledger; DELETE FROM finals WHERE position = (SELECT min(position) FROM finals)",
    ),
  "has a final beyond its checkpoint": (dir) =>
    vandalise(
      dir,
      `INSERT INTO finals SELECT position + 50, window_start + 1, window_end + 1, complete, net, json
       FROM finals ORDER BY position DESC LIMIT 1`,
    ),
};

for (const [how, spoil] of Object.entries(SPOILED)) {
  Deno.test(`Projector.open() builds anew where the build ${how}`, () =>
    inFolder(async (dir) => {
      const clock = new SteppedClock();
      using log = new MemoryEventLog({ clock });
      fillLog(log, clock, 23);
      const first = await openAndCheck(dir, log);
      spoil(dir);
      assert.notEqual(await openAndCheck(dir, log), first);
    }));
}

Deno.test("Projector.open() makes again what a lost checkpoint of the fold had", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    fillLog(log, clock, 23);
    const first = await openAndCheck(dir, log);
    vandalise(dir, "DELETE FROM ledger");
    assert.equal(await openAndCheck(dir, log), first);
    assert.equal(log.append([fill(1000, clock)])[0]?.status, "appended");
  }));
