import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Lineage } from "./event_log.ts";
import { checkLogFiles } from "./log_files.ts";
import { openSqliteEventLog, type SqliteEventLog } from "./sqlite_event_log.ts";
import { fill, inTempDir, ManualClock } from "./testing.ts";

const clock = new ManualClock();
let made = 0;

function append(log: SqliteEventLog, count: number): void {
  log.append(Array.from({ length: count }, () => fill(`f-${made++}`)));
}

function lineage(log: SqliteEventLog): Lineage {
  const { position, root } = log.head();
  return { logId: log.id, position, root };
}

/** Files as a killed process leaves them: the log's and its write-ahead log, nothing checkpointed. */
async function crashed(dir: string, events: number): Promise<{ path: string; known: Lineage }> {
  const path = join(dir, `${made}.db`);
  const live = `${path}.live`;
  using log = await openSqliteEventLog({ path: live, clock });
  append(log, events);
  for (const end of ["", "-wal"]) Deno.copyFileSync(`${live}${end}`, `${path}${end}`);
  return { path, known: lineage(log) };
}

Deno.test("checkLogFiles() lets a crashed log, a new one and a replaced one pass", () =>
  inTempDir(async (dir) => {
    await checkLogFiles({ path: join(dir, "none.db"), known: null, clock });
    const { path, known } = await crashed(dir, 20);
    await checkLogFiles({ path, known, clock });
    const other = await crashed(dir, 5);
    (await openSqliteEventLog({ path, clock })).close();
    await checkLogFiles({ path, known: other.known, clock });
    using log = await openSqliteEventLog({ path, clock });
    assert.deepEqual(lineage(log), known, "what was looked at is as it was");
  }));

Deno.test("checkLogFiles() refuses a log that is gone or empty, and makes none", () =>
  inTempDir(async (dir) => {
    const known = { logId: "x", position: 7, root: "" };
    const path = join(dir, "events.db");
    const gone = { code: "log_missing", message: /missing or empty, and 7 events of log x/ };
    await assert.rejects(checkLogFiles({ path, known, clock }), gone);
    Deno.writeTextFileSync(path, "");
    await assert.rejects(checkLogFiles({ path, known, clock }), gone);
    assert.equal(Deno.statSync(path).size, 0);
  }));

Deno.test("checkLogFiles() refuses another log beside a write-ahead log, and changes neither", () =>
  inTempDir(async (dir) => {
    const { path, known } = await crashed(dir, 20);
    const other = await crashed(dir, 5);
    (await openSqliteEventLog({ path: other.path, clock })).close();
    Deno.copyFileSync(other.path, path);
    const before = Deno.readFileSync(path);
    await assert.rejects(checkLogFiles({ path, known, clock }), { code: "log_files_mixed" });
    assert.deepEqual(Deno.readFileSync(path), before);
    Deno.removeSync(`${path}-wal`);
    await checkLogFiles({ path, known, clock });
    using log = await openSqliteEventLog({ path, clock });
    assert.deepEqual(lineage(log), other.known);
  }));

Deno.test("checkLogFiles() refuses an older copy beside a write-ahead log that goes on from later", () =>
  inTempDir(async (dir) => {
    const live = join(dir, "live.db");
    const path = join(dir, "events.db");
    using log = await openSqliteEventLog({ path: live, clock });
    append(log, 300);
    const checkpoint = new DatabaseSync(live);
    checkpoint.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    Deno.copyFileSync(live, path);
    append(log, 300);
    checkpoint.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    checkpoint.close();
    append(log, 10);
    Deno.copyFileSync(`${live}-wal`, `${path}-wal`);
    const known = lineage(log);
    await assert.rejects(checkLogFiles({ path, known, clock }), { code: "log_files_mixed" });
  }));

Deno.test("checkLogFiles() lets a crash in the middle of the first checkpoint pass", () =>
  inTempDir(async (dir) => {
    const { path, known } = await crashed(dir, 300);
    const whole = `${path}.whole`;
    for (const end of ["", "-wal"]) Deno.copyFileSync(`${path}${end}`, `${whole}${end}`);
    (await openSqliteEventLog({ path: whole, clock })).close();
    const pages = Deno.readFileSync(whole);
    assert.equal(pages.length > 20 * 4096, true);
    for (const copied of [1, 2, 3, 5, 6, 7, 20]) {
      Deno.writeFileSync(path, pages.subarray(0, copied * 4096));
      await checkLogFiles({ path, known, clock });
    }
  }));
