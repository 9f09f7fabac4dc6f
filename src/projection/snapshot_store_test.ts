import assert from "node:assert/strict";
import { join } from "node:path";
import type { Final } from "./final.ts";
import {
  buildExists,
  createBuild,
  establishBuild,
  movePointer,
  openBuild,
  POINTER,
  readPointer,
  removeBuild,
  sweepBuilds,
} from "./projection_file.ts";
import type { Checkpoint } from "./stored.ts";
import { StoreCorruptError } from "./stored.ts";
import { currentPath, inFolder, vandalise } from "./testing.ts";

const IDENTITY = { logId: "the-log", foldVersion: 1, windowMs: 5000 };

const final = (position: number, net = "1.00"): Final => ({
  position,
  windowStart: position * 5000,
  windowEnd: (position + 1) * 5000,
  complete: true,
  inBuckets: true,
  metrics: {
    dailyTrendPct: null,
    grossMarginPct: null,
    netPnl: net,
    totalExpenses: "0.00",
    totalRevenue: net,
    trendPct: null,
  },
  json: `{"position":${position}}`,
});

const checkpoint = (position: number): Checkpoint => ({
  logId: "the-log",
  position,
  root: "00",
  recorded: "2026-11-22T00:00:00.000Z",
});

Deno.test("SnapshotStore.write() brings finals, buckets, fold and checkpoint together or not at all", () =>
  inFolder(async (dir) => {
    const build = await createBuild(dir, IDENTITY);
    establishBuild(dir, build);
    const { store } = build;
    store.write({ finals: [final(1), final(2, "3.00")], checkpoint: checkpoint(3) });
    assert.throws(() =>
      store.write({
        finals: [final(3, "9.00"), final(2)],
        checkpoint: checkpoint(4),
        ledger: { position: 4, fold: "later" },
      })
    );
    assert.equal(store.checkpoint?.position, 3);
    assert.deepEqual(store.reader.checkpoint(), checkpoint(3));
    assert.equal(store.reader.ledger(), null);
    assert.deepEqual(store.reader.finalsAfter(0, 10).map(({ position }) => position), [1, 2]);
    assert.equal(store.reader.newestBucket("1m")?.high, "3.00");
    // The same finals again, now without the fault: nothing of the failure is left.
    store.write({ finals: [final(3, "2.00")], checkpoint: checkpoint(4) });
    const bucket = store.reader.newestBucket("1m");
    assert.deepEqual([bucket?.open, bucket?.high, bucket?.close], ["1.00", "3.00", "2.00"]);
    assert.throws(() => store.write({ finals: [], checkpoint: checkpoint(2) }), RangeError);
    store.close();
    store.close();
  }));

Deno.test("SnapshotStore goes on with the bucket that was open when it was closed", () =>
  inFolder(async (dir) => {
    const build = await createBuild(dir, IDENTITY);
    build.store.write({ finals: [final(1, "7.00")], checkpoint: checkpoint(2) });
    establishBuild(dir, build);
    build.store.close();
    const { store } = openBuild(dir, build.name);
    assert.deepEqual(store.reader.identity(), IDENTITY);
    store.write({ finals: [final(2, "4.00")], checkpoint: checkpoint(3) });
    const bucket = store.reader.newestBucket("1d");
    assert.deepEqual([bucket?.open, bucket?.low, bucket?.close], ["7.00", "4.00", "4.00"]);
    store.close();
  }));

Deno.test("SnapshotStore.keepModel() keeps the newer of two", () =>
  inFolder(async (dir) => {
    const { store } = await createBuild(dir, IDENTITY);
    store.keepModel("current", 8, "eight");
    store.keepModel("current", 6, "six");
    assert.deepEqual(store.reader.model("current"), { offset: 8, json: "eight" });
    assert.equal(store.reader.model("breakdown"), null);
    store.close();
  }));

Deno.test("StoreReader.ledger() refuses a text that is not the one that was written", () =>
  inFolder(async (dir) => {
    const build = await createBuild(dir, IDENTITY);
    const { store } = build;
    establishBuild(dir, build);
    store.write({ finals: [], checkpoint: checkpoint(3), ledger: { position: 3, fold: "abc" } });
    assert.deepEqual(store.reader.ledger(), { position: 3, fold: "abc" });
    vandalise(dir, "UPDATE ledger SET fold = 'abd'");
    assert.throws(() => store.reader.ledger(), StoreCorruptError);
    for (const limit of [0, 20_000]) {
      assert.throws(() => store.reader.finalsAfter(0, limit), RangeError);
    }
    store.close();
  }));

Deno.test("movePointer() names only a build that is there; readPointer() trusts no other text", () =>
  inFolder(async (dir) => {
    assert.equal(readPointer(dir), null);
    const { name, store } = await createBuild(dir, IDENTITY);
    store.close();
    assert.equal(readPointer(dir), null, "a build that was not established is nobody's");
    movePointer(dir, name);
    assert.equal(Deno.readTextFileSync(join(dir, POINTER)), `${name}\n`);
    assert.equal(currentPath(dir), join(dir, name));
    for (const text of ["", "../events.db", "projection-v1-zz.db", `${name}\n${name}`]) {
      Deno.writeTextFileSync(join(dir, POINTER), text);
      assert.equal(readPointer(dir), null, text);
    }
    removeBuild(dir, name);
    removeBuild(dir, name);
    assert.equal(buildExists(dir, name), false);
    assert.throws(() => movePointer(dir, name), Deno.errors.NotFound);
    assert.deepEqual([...Deno.readDirSync(dir)].map((entry) => entry.name), [POINTER]);
  }));

Deno.test("sweepBuilds() deletes what nobody wrote for ten minutes, and nothing else", () =>
  inFolder(async (dir) => {
    const builds = [];
    for (let n = 0; n < 3; n++) builds.push(await createBuild(dir, IDENTITY));
    for (const { store } of builds) store.close();
    const [current = "", kept = "", old = ""] = builds.map(({ name }) => name);
    movePointer(dir, current);
    Deno.writeTextFileSync(join(dir, "projection-notes.db"), "somebody's own");
    const now = Date.now();
    assert.deepEqual(sweepBuilds(dir, [kept], now + 9 * 60_000), []);
    assert.deepEqual(sweepBuilds(dir, [kept], now + 11 * 60_000), [old]);
    const left = [...Deno.readDirSync(dir)].map((entry) => entry.name).toSorted();
    assert.deepEqual(left, [current, kept, "projection-notes.db", POINTER].toSorted());
  }));
