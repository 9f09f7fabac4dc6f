/** A copy of a log that another process may be appending to: whole, in one file, and proved. */
import { dirname } from "node:path";
import { backup } from "node:sqlite";
import type { Clock } from "../pnl/clock.ts";
import { makeOwn, openDatabase } from "../sqlite/database.ts";
import { databaseError } from "../sqlite/database_error.ts";
import { EVENTS_APPLICATION_ID, openSqliteEventLog } from "./sqlite_event_log.ts";
import { verifyLog, type VerifyReport } from "./verify.ts";

/** The copy could not be made, or is not what it was made from. */
export class BackupError extends Error {
  constructor(
    readonly code: "backup_exists" | "backup_failed" | "backup_not_whole",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "BackupError";
  }
}

/** What {@link backupLog} is told. */
export interface BackupOptions {
  /** The log's file. */
  readonly path: string;
  /** The copy; there may be nothing of that name. */
  readonly target: string;
  readonly clock: Clock;
  /** Told now and then: what is being done, and how far it is, of how much. */
  readonly onProgress?: (step: "copying" | "checking", done: number, total: number) => void;
}

/** A copy that was made. */
export interface BackupReport extends Pick<VerifyReport, "logId" | "root"> {
  /** Events in it. */
  readonly events: number;
  readonly bytes: number;
}

/** Pages of 4 KiB that are copied before the event loop gets its turn, and progress is told. */
const PAGES_AT_ONCE = 256;

/**
 * Copies a log through SQLite's online backup, checks every event of the copy and that it is a past of
 * the log, and only then gives it its name. The copy is its owner's alone, as the log is. Where
 * anything fails nothing is left behind.
 *
 * @throws {BackupError}
 * @throws {DatabaseError} where there is no log, or it cannot be read
 */
export async function backupLog(options: BackupOptions): Promise<BackupReport> {
  const { target } = options;
  const part = `${target}.${Deno.pid}.part`;
  try {
    refuseExisting(target);
    await copy(options, part);
    const report = await prove(options, part);
    sync(part);
    refuseExisting(target);
    Deno.renameSync(part, target);
    sync(dirname(target));
    return { ...report, bytes: Deno.statSync(target).size };
  } catch (error) {
    if (error instanceof BackupError || !isOfTheSystem(error)) throw error;
    throw new BackupError("backup_failed", `Cannot write ${target}: ${error.message}`, {
      cause: error,
    });
  } finally {
    removeParts(part);
  }
}

/** True for what the file system or the permissions refuse. */
function isOfTheSystem(error: unknown): error is Error {
  return error instanceof Error &&
    Object.values(Deno.errors).some((kind) => error instanceof kind);
}

function refuseExisting(path: string): void {
  try {
    Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new BackupError("backup_exists", `Cannot write ${path}: there is such a file already`);
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    // What may not be written is not there either.
    const isGone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotCapable;
    if (!isGone) throw error;
  }
}

/** A copy on its way, with SQLite's files beside it. */
function removeParts(part: string): void {
  for (const end of ["", "-wal", "-shm", "-journal"]) remove(part + end);
}

async function copy({ path, onProgress }: BackupOptions, part: string): Promise<void> {
  // What a killed backup with the same process id left is not gone on with: nor are its rights.
  removeParts(part);
  makeOwn(part);
  const db = openDatabase(path, {
    synchronous: "FULL",
    readOnly: true,
    applicationId: EVENTS_APPLICATION_ID,
  });
  try {
    // One past for the whole copy: without it each append would make SQLite begin again.
    db.exec("BEGIN");
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    await backup(db, part, {
      rate: PAGES_AT_ONCE,
      progress: ({ totalPages, remainingPages }) =>
        onProgress?.("copying", totalPages - remainingPages, totalPages),
    });
  } catch (cause) {
    const { message } = databaseError(path, "copy", cause);
    throw new BackupError("backup_failed", `Cannot write ${part}: ${message}`, { cause });
  } finally {
    db.close();
  }
}

/** The copy is to be one file, and good by itself; and the log it was made from has to have it as a past. */
async function prove(
  { path, target, clock, onProgress }: BackupOptions,
  part: string,
): Promise<Omit<BackupReport, "bytes">> {
  const db = openDatabase(part, { synchronous: "FULL" });
  db.exec("PRAGMA journal_mode = DELETE");
  db.close();
  using copied = await openSqliteEventLog({ path: part, clock, readOnly: true });
  const total = copied.head().position;
  const report = verifyLog(copied, (done) => onProgress?.("checking", done, total));
  if (report.fault !== null) {
    const { position, what } = report.fault;
    throw new BackupError(
      "backup_not_whole",
      `Cannot keep ${target}: event ${position} is at fault (${what}). deno task verify tells more`,
    );
  }
  using log = await openSqliteEventLog({ path, clock, readOnly: true });
  if (!log.contains({ logId: report.logId, position: report.events, root: report.root })) {
    throw new BackupError(
      "backup_not_whole",
      `Cannot keep ${target}: it is no past of the log, which was replaced meanwhile`,
    );
  }
  const { logId, events, root } = report;
  return { logId, events, root };
}

/** On disk, and its name too, before it is said to be there. */
function sync(path: string): void {
  using file = Deno.openSync(path);
  file.syncSync();
}
