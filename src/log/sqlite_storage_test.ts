import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../sqlite/database.ts";
import { DatabaseError, type DatabaseErrorCode } from "../sqlite/database_error.ts";
import { LogFailedError, type LogLine } from "./event_log.ts";
import { openSqliteEventLog, SqliteEventLog } from "./sqlite_event_log.ts";
import { allLines, dayStart, fill, inTempDir, ManualClock, totals } from "./testing.ts";
import { verifyLog } from "./verify.ts";

const clock = new ManualClock();
const fills = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => fill(`${name}-${at}`));

Deno.test("openSqliteEventLog() goes on where the log ended", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "events.db");
    const first = await openSqliteEventLog({ path, clock });
    first.append([...fills("f", 300), totals("1")]);
    const [id, head, lines] = [first.id, first.head(), allLines(first)];
    first.close();
    using log = await openSqliteEventLog({ path, clock });
    assert.deepEqual([log.id, log.head(), allLines(log)], [id, head, lines]);
    assert.deepEqual(log.append([totals("1"), fill("f-7"), fill("g")]), [
      { status: "exists", position: 302 },
      { status: "exists", position: 9 },
      { status: "appended", position: 303 },
    ]);
    assert.equal(verifyLog(log).fault, null);
  }));

Deno.test("append() on a full disk writes nothing, and goes on when there is room again", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "events.db");
    (await openSqliteEventLog({ path, clock })).close();
    const db = openDatabase(path, { synchronous: "FULL" });
    using log = new SqliteEventLog(db, { path, clock });
    log.append(fills("f", 250));
    const before = [log.head(), allLines(log)];
    db.exec("PRAGMA max_page_count = 1");
    assert.throws(() => log.append(fills("g", 200)), (error: unknown) => {
      assert.ok(error instanceof LogFailedError);
      assert.match(error.message, /Cannot append 200 events .*: the disk is full/);
      return true;
    });
    assert.deepEqual([log.head(), allLines(log)], before);
    assert.deepEqual(log.append([fill("f-1")]), [{ status: "exists", position: 3 }]);
    db.exec("PRAGMA max_page_count = 1000000");
    assert.deepEqual(log.append(fills("g", 200))[0], { status: "appended", position: 252 });
    assert.equal(verifyLog(log).fault, null);
  }));

Deno.test("append() with a stale end fails once, and then goes on from the file", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "events.db");
    using log = await openSqliteEventLog({ path, clock });
    using other = await openSqliteEventLog({ path, clock });
    other.append([fill("f-1")]);
    assert.throws(() => log.append([fill("f-2")]), LogFailedError);
    assert.deepEqual(log.head(), other.head());
    assert.deepEqual(log.append([fill("f-2")]), [{ status: "appended", position: 3 }]);
    assert.equal(verifyLog(log).fault, null);
  }));

Deno.test("a log open for reading follows another's appends, and appends nothing", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "events.db");
    using log = await openSqliteEventLog({ path, clock });
    using reader = await openSqliteEventLog({ path, clock, readOnly: true });
    assert.throws(() => reader.append([fill("f-1")]), /open for reading/);
    const controller = new AbortController();
    const seen: LogLine[] = [];
    const reading = (async () => {
      for await (const batch of reader.subscribe({ signal: controller.signal })) {
        seen.push(...batch);
        if (seen.length === 3) controller.abort();
      }
    })();
    log.append([fill("f-1"), fill("f-2")]);
    await reading;
    assert.deepEqual(seen, allLines(log));
    assert.deepEqual(reader.head(), log.head());
    assert.equal(reader.rootAt(2), log.rootAt(2));
    assert.equal(verifyLog(reader).fault, null);
  }));

Deno.test("read() finds rare events behind many others by an index", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "events.db");
    const clock = new ManualClock();
    using log = await openSqliteEventLog({ path, clock });
    log.append([totals("1"), fill("old", { time: "2026-01-01T01:00:00.000Z" })]);
    log.append(fills("e", 5_000));
    log.append([totals("1.5")]);
    log.append(fills("f", 999));
    log.append([totals("2"), fill("late", { time: "2026-01-01T01:00:01.000Z" }), totals("3")]);
    clock.set("2026-01-03T00:00:00.000Z");
    log.append([dayStart("2026-01-03")]);
    const positions = (lines: readonly LogLine[]) => lines.map(({ position }) => position);
    assert.deepEqual(positions(log.read({ source: "/revenue" })), [2, 5004, 6004, 6006]);
    assert.deepEqual(positions(log.read({ source: "/revenue", limit: 2 })), [2, 5004]);
    assert.deepEqual(positions(log.read({ source: "/revenue", after: 2, limit: 1 })), [5004]);
    assert.deepEqual(positions(log.read({ source: "/clock", after: 1, to: 6006 })), []);
    const day = { timeFrom: "2026-01-01T00:00:00.000Z", timeTo: "2026-01-02T00:00:00.000Z" };
    assert.deepEqual(positions(log.read(day)), [3, 6005]);
    assert.deepEqual(positions(log.read({ ...day, source: "/kalshi", after: 3 })), [6005]);
    assert.deepEqual(positions(log.read({ type: "pnl.clock.day-started.v1", after: 1 })), [6007]);
    assert.deepEqual(
      positions(log.read({ source: "/kalshi", after: 5_990, limit: 20 })).length,
      14,
    );
  }));

/** Opens a file that is no log, checks the error, and that the file is as it was. */
async function refuses(path: string, code: DatabaseErrorCode, readOnly = false): Promise<void> {
  const bytes = Deno.readFileSync(path);
  await assert.rejects(openSqliteEventLog({ path, clock, readOnly }), (error: unknown) => {
    assert.ok(error instanceof DatabaseError, String(error));
    assert.equal(error.code, code);
    assert.ok(error.message.includes(path));
    return true;
  });
  assert.deepEqual(Deno.readFileSync(path), bytes);
}

Deno.test("openSqliteEventLog() refuses foreign, cut and newer files, and leaves them alone", () =>
  inTempDir(async (dir) => {
    const text = join(dir, "text.db");
    Deno.writeTextFileSync(text, "these are not the bytes of a database".repeat(10));
    await refuses(text, "database_foreign");
    const other = join(dir, "other.db");
    const db = new DatabaseSync(other);
    db.exec(
      "CREATE TABLE theirs (a) STRICT; INSERT INTO theirs VALUES (1)".replace("(a)", "(a INT)"),
    );
    db.close();
    await refuses(other, "database_foreign");
    await refuses(other, "database_foreign", true);
    const path = join(dir, "events.db");
    (await openSqliteEventLog({ path, clock })).close();
    const cut = join(dir, "cut.db");
    Deno.writeFileSync(cut, Deno.readFileSync(path).subarray(0, 60));
    await refuses(cut, "database_corrupt");
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    await refuses(path, "database_newer");
    const missing = join(dir, "missing.db");
    await assert.rejects(
      openSqliteEventLog({ path: missing, clock, readOnly: true }),
      { code: "database_missing" },
    );
    assert.throws(() => Deno.statSync(missing), Deno.errors.NotFound);
  }));

Deno.test("openSqliteEventLog() refuses a damaged file by a clear error", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "events.db");
    const log = await openSqliteEventLog({ path, clock });
    log.append(fills("f", 2_000));
    log.close();
    const good = Deno.readFileSync(path);
    for (const [from, to] of [[100, 4096], [4096, good.length]]) {
      const bad = good.slice();
      bad.fill(0xa5, from, to);
      Deno.writeFileSync(path, bad);
      await assert.rejects(openSqliteEventLog({ path, clock }), (error: unknown) => {
        assert.ok(error instanceof DatabaseError || error instanceof LogFailedError, String(error));
        assert.ok(error instanceof LogFailedError || error.code === "database_corrupt");
        return true;
      }, `bytes ${from} to ${to}`);
      assert.deepEqual(Deno.readFileSync(path), bad);
    }
    const page = Math.floor(Buffer.from(good).indexOf('"id":"f-300"') / 4096) * 4096;
    const bad = good.slice();
    bad.fill(0xa5, page, page + 4096);
    Deno.writeFileSync(path, bad);
    using damaged = await openSqliteEventLog({ path, clock });
    assert.throws(() => allLines(damaged), (error: unknown) => {
      assert.ok(error instanceof LogFailedError, String(error));
      assert.match(error.message, /Cannot read .*events.db: the file is damaged/);
      return true;
    });
    assert.throws(() => damaged.rootAt(302), LogFailedError);
    damaged.close();
    Deno.writeFileSync(path, good.subarray(0, good.length - 8192));
    await assert.rejects(openSqliteEventLog({ path, clock }));
  }));

Deno.test("openSqliteEventLog() says where it cannot write", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "nowhere", "events.db");
    await assert.rejects(openSqliteEventLog({ path, clock }), { code: "database_unwritable" });
  }));
