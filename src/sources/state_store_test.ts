import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { sources } from "../../migrations/state/0001_sources.ts";
import { openDatabase } from "../sqlite/database.ts";
import { migrate } from "../sqlite/migrate.ts";
import { StateStore } from "./state_store.ts";
import { fill, OffsetClock } from "./testing.ts";

const clock = new OffsetClock();

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/state.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const UNITS = new Map([["facts", { cursor: "c1", facts: 7 }], ["transfers", {
  cursor: "c2",
  facts: 0,
}]]);

Deno.test("StateStore keeps cursors and freshness over a reopening", async () => {
  await inFolder(async (path) => {
    const log = new MemoryEventLog({ clock });
    {
      using state = await StateStore.open({ path });
      assert.equal(state.unit("kalshi", "facts"), null);
      assert.deepEqual(state.freshness("kalshi"), { lastSuccessAt: null, breaker: "CLOSED" });
      assert.equal(state.lineage(), null);
      assert.equal(state.adoptLog(log), false);
      state.saveUnits("kalshi", UNITS, log);
      state.saveUnits("kalshi", new Map([["transfers", { cursor: "c3", facts: 2 }]]), log);
      state.saveFreshness("kalshi", { lastSuccessAt: "2026-11-22T10:00:00.000Z", breaker: "OPEN" });
    }
    using state = await StateStore.open({ path });
    assert.equal(state.lineage()?.logId, log.id);
    assert.equal(state.adoptLog(log), false);
    assert.deepEqual(state.unit("kalshi", "facts"), { cursor: "c1", facts: 7 });
    assert.deepEqual(state.unit("kalshi", "transfers"), { cursor: "c3", facts: 2 });
    assert.equal(state.unit("revenue", "facts"), null);
    assert.deepEqual(state.freshness("kalshi"), {
      lastSuccessAt: "2026-11-22T10:00:00.000Z",
      breaker: "OPEN",
    });
  });
});

Deno.test("StateStore.adoptLog() drops the cursors of another log and of an older copy of this one", async () => {
  await inFolder(async (path) => {
    using state = await StateStore.open({ path });
    const log = new MemoryEventLog({ clock, id: "a" });
    log.append([fill("1"), fill("2")]);
    state.adoptLog(log);
    state.saveUnits("kalshi", UNITS, log);
    log.append([fill("3")]);
    assert.equal(state.adoptLog(log), false, "a log that went on is the same");
    state.saveUnits("kalshi", UNITS, log);

    const older = new MemoryEventLog({ clock, id: "a" });
    older.append([fill("1"), fill("2")]);
    assert.equal(state.adoptLog(older), true);
    assert.equal(state.unit("kalshi", "facts"), null);

    state.saveUnits("kalshi", UNITS, older);
    assert.equal(state.adoptLog(new MemoryEventLog({ clock, id: "b" })), true);
    assert.equal(state.unit("kalshi", "facts"), null);
  });
});

Deno.test("StateStore.nextStart() counts on, and names the run before only in the same folder", async () => {
  await inFolder(async (path) => {
    {
      using state = await StateStore.open({ path });
      const first = state.nextStart({ holder: "a", place: "1:7", now: 1_000 });
      assert.deepEqual(first, { token: 1_000, predecessor: null });
    }
    using state = await StateStore.open({ path });
    const start = (holder: string, place: string | null, now: number) =>
      state.nextStart({ holder, place, now });
    assert.deepEqual(start("b", "1:7", 5), { token: 1_001, predecessor: "a" }, "a clock set back");
    assert.deepEqual(start("c", "1:8", 2_000), { token: 2_000, predecessor: null }, "a copy");
    assert.deepEqual(start("d", null, 2_000), { token: 2_001, predecessor: null });
    assert.deepEqual(start("e", null, 2_000), { token: 2_002, predecessor: null });
    assert.deepEqual(start("f", "1:8", 2_000), { token: 2_003, predecessor: null });
    assert.deepEqual(start("g", "1:8", 2_000), { token: 2_004, predecessor: "f" });
  });
});

Deno.test("StateStore.open() adds to a file of the first version what it lacks, and keeps what it has", async () => {
  await inFolder(async (path) => {
    const log = new MemoryEventLog({ clock });
    const db = openDatabase(path, { synchronous: "NORMAL", applicationId: 0x504e4c53 });
    const first = { "0001_sources": sources };
    await migrate(db, path, { version: 1, load: () => Promise.resolve(first) });
    db.prepare("INSERT INTO cursors VALUES ('kalshi', 'facts', 'c1', 7)").run();
    db.prepare("INSERT INTO lineage VALUES (1, ?, 0, ?)").run(log.id, log.head().root);
    db.close();
    using state = await StateStore.open({ path });
    assert.deepEqual(state.unit("kalshi", "facts"), { cursor: "c1", facts: 7 });
    assert.equal(state.lineage()?.logId, log.id);
    assert.equal(state.nextStart({ holder: "a", place: "1:7", now: 1 }).token, 1);
  });
});

Deno.test("StateStore.open() refuses a file of another purpose", async () => {
  await inFolder(async (path) => {
    await Deno.writeTextFile(path, "not a database, but long enough to look at".repeat(10));
    await assert.rejects(StateStore.open({ path }), { code: "database_foreign" });
  });
});
