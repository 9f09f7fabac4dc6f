import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LogFailedError } from "./event_log.ts";
import { openSqliteEventLog, type SqliteEventLog } from "./sqlite_event_log.ts";
import { allLines, fill, inTempDir, ManualClock, totals } from "./testing.ts";
import { verifyLog } from "./verify.ts";

const clock = new ManualClock();

/** Runs `work` on a log of 600 events, its path beside it. */
function withLog(work: (log: SqliteEventLog, path: string) => void | Promise<void>): Promise<void> {
  return inTempDir(async (dir) => {
    const path = join(dir, "events.db");
    using log = await openSqliteEventLog({ path, clock });
    for (let batch = 0; batch < 6; batch++) {
      log.append(Array.from({ length: 100 }, (_, at) => fill(`f-${batch}-${at}`)));
    }
    await work(log, path);
  });
}

/** Runs SQL beside the log, as another program would. */
function meddle(path: string, ...statements: string[]): void {
  const db = new DatabaseSync(path);
  try {
    for (const statement of statements) db.exec(statement);
  } finally {
    db.close();
  }
}

const ROW = "'/kalshi', 'new', 'pnl.x', 's', 't', 't', '{}', x'00', NULL";

Deno.test("events.db refuses what changes history, from any program", () =>
  withLog((log, path) => {
    const before = [log.head(), allLines(log)];
    const refused = [
      "UPDATE events SET line = '{}' WHERE position = 5",
      "UPDATE OR REPLACE events SET position = 6 WHERE position = 5",
      "DELETE FROM events WHERE position = 601",
      "DELETE FROM events",
      `INSERT OR REPLACE INTO events SELECT * FROM events WHERE position = 5`,
      `INSERT OR REPLACE INTO events VALUES (5, ${ROW})`,
      `INSERT OR REPLACE INTO events VALUES (602, ${ROW.replace("'new'", "'f-0-1'")})`,
      `INSERT OR IGNORE INTO events VALUES (603, ${ROW})`,
      `INSERT INTO events VALUES (-1, ${ROW})`,
      `INSERT INTO events VALUES (NULL, ${ROW})`,
      "REPLACE INTO tiles SELECT * FROM tiles",
      "UPDATE tiles SET root = x'00'",
      "DELETE FROM tiles",
      "UPDATE log SET id = 'x'",
      "DELETE FROM log",
      "INSERT OR REPLACE INTO log VALUES (1, 'x')",
    ];
    for (const statement of refused) {
      assert.throws(() => meddle(path, statement), /refused|appended|has its id/, statement);
    }
    assert.deepEqual([log.head(), allLines(log)], before);
    assert.equal(verifyLog(log).fault, null);
  }));

Deno.test("append() fails where another program appended, and the log says what is wrong", () =>
  withLog(async (log, path) => {
    meddle(path, `INSERT INTO events VALUES (602, ${ROW})`);
    assert.throws(() => log.append([fill("f-new")]), LogFailedError);
    assert.equal(verifyLog(log).fault?.position, 602);
    log.close();
    await assert.rejects(openSqliteEventLog({ path, clock }), /the last row has no root/i);
  }));

/** Each way to forge a log once its triggers are gone, and what verification names. */
const FORGERIES: [what: string, position: number, sql: string][] = [
  ["leaf", 5, "UPDATE events SET line = replace(line, '1.00', '9.00') WHERE position = 5"],
  ["canonical form", 5, "UPDATE events SET line = replace(line, ':', ': ') WHERE position = 5"],
  ["line", 5, "UPDATE events SET line = 'x' WHERE position = 5"],
  ["line", 5, 'UPDATE events SET line = \'{"type":"pnl.x.v1","data":1}\' WHERE position = 5'],
  ["subject", 5, "UPDATE events SET subject = 'KXOTHER' WHERE position = 5"],
  ["source", 5, "UPDATE events SET source = '/pnl' WHERE position = 5"],
  ["id", 5, "UPDATE events SET id = 'other' WHERE position = 5"],
  ["type", 5, "UPDATE events SET type = 'pnl.x' WHERE position = 5"],
  ["time", 5, "UPDATE events SET time = '2026' WHERE position = 5"],
  ["recorded_time", 5, "UPDATE events SET recorded_time = '2027' WHERE position = 5"],
  ["leaf", 5, "UPDATE events SET leaf = zeroblob(32) WHERE position = 5"],
  ["root", 101, "UPDATE events SET root = zeroblob(32) WHERE position = 101"],
  ["root", 601, "UPDATE events SET root = NULL WHERE position = 601"],
  ["position", 5, "DELETE FROM events WHERE position = 5"],
  ["root", 599, "DELETE FROM events WHERE position > 599"],
  ["root of tile 0/1", 512, "UPDATE tiles SET root = zeroblob(32) WHERE number = 1"],
  ["hashes of tile 0/0", 256, "UPDATE tiles SET hashes = zeroblob(8192) WHERE number = 0"],
  ["root of tile 0/1", 512, "DELETE FROM tiles WHERE number = 1"],
  ["triggers", 601, "SELECT 1"],
  ["number of tiles", 601, "INSERT INTO tiles VALUES (0, 2, x'00', x'00')"],
  [
    "sequence",
    5,
    "UPDATE events SET line = replace(line, '0000000000000005', '0000000000000006') WHERE position = 5",
  ],
];

Deno.test("verifyLog() names the first fault of every forgery", async () => {
  for (const [what, position, sql] of FORGERIES) {
    await withLog((log, path) => {
      const triggers = new DatabaseSync(path, { readOnly: true });
      const drops = triggers.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()
        .map((row) => `DROP TRIGGER ${row["name"]}`);
      triggers.close();
      meddle(path, ...drops, sql);
      const { fault } = verifyLog(log);
      assert.deepEqual([fault?.what, fault?.position], [what, position], sql);
    });
  }
});

Deno.test("verifyLog() finds an honest log good and says how far it is", () =>
  withLog((log) => {
    log.append([totals("1")]);
    const seen: number[][] = [];
    const report = verifyLog(log, (...progress) => seen.push(progress));
    const root = log.head().root;
    assert.deepEqual(report, { logId: log.id, events: 602, root, fault: null });
    assert.deepEqual(seen, [[602, 602]]);
  }));

Deno.test("verifyLog() of an empty log is good", () =>
  inTempDir(async (dir) => {
    using log = await openSqliteEventLog({ path: join(dir, "events.db"), clock });
    assert.equal(verifyLog(log).fault, null);
    assert.equal(verifyLog(log).events, 0);
  }));
