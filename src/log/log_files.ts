/** Whether the files of a log belong together, looked at before anything may write to them. */
import type { Clock } from "../pnl/clock.ts";
import { databaseError } from "../sqlite/database_error.ts";
import type { Lineage } from "./event_log.ts";
import { openSqliteEventLog } from "./sqlite_event_log.ts";

/** The log's file is not the one that was here, in a way that opening it would lose or damage something. */
export class LogFilesError extends Error {
  constructor(readonly code: "log_missing" | "log_files_mixed", message: string) {
    super(message);
    this.name = "LogFilesError";
  }
}

/** What {@link checkLogFiles} looks at. */
export interface LogFiles {
  /** Path of `events.db`. */
  readonly path: string;
  /** What was last known of the log that was here; null where nothing is. */
  readonly known: Lineage | null;
  readonly clock: Clock;
}

const PAGE_BYTES = 4096;
const HEAD_BYTES = 64 * PAGE_BYTES;

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/**
 * Refuses a folder whose log is gone, and a file that was put back over one that had a write-ahead log:
 * SQLite would lay that log's pages over the other file, and then write them into it. A log that was
 * replaced whole is fine here: what was derived from the old one is made anew.
 *
 * @throws {LogFilesError} and nothing has been written
 */
export async function checkLogFiles({ path, known, clock }: LogFiles): Promise<void> {
  if (known === null || known.position === 0) return;
  if (sizeOf(path) === 0) {
    throw new LogFilesError(
      "log_missing",
      `Cannot open ${path}: it is missing or empty, and ${known.position} events of log ` +
        `${known.logId} were there. Put it back, or remove its whole folder to begin anew`,
    );
  }
  if (sizeOf(`${path}-wal`) === 0) return;
  const reason = await mixedUp(path, known, clock);
  if (reason === null) return;
  throw new LogFilesError(
    "log_files_mixed",
    `Cannot open ${path}: the write-ahead log beside it belongs to another file (${reason}). Where ` +
      `${path} was restored, remove ${path}-wal and ${path}-shm; else restore a backup`,
  );
}

/**
 * Whether the file itself, without its write-ahead log, is of the log with that id. SQLite has no way to
 * ask that; the id's row was written with the file's first pages and never moves.
 */
function isOfLog(path: string, id: string): boolean {
  using file = Deno.openSync(path);
  const head = new Uint8Array(HEAD_BYTES);
  let length = 0;
  for (let read: number | null = 1; read !== null && read > 0 && length < HEAD_BYTES;) {
    read = file.readSync(head.subarray(length));
    length += read ?? 0;
  }
  // One page: nothing has been copied into the file yet, all of it is in the write-ahead log.
  return length <= PAGE_BYTES || new TextDecoder("latin1").decode(head).includes(id);
}

/** Why the file and its write-ahead log are not of one piece; null where they are. Only reads. */
async function mixedUp(path: string, known: Lineage, clock: Clock): Promise<string | null> {
  if (!isOfLog(path, known.logId)) return `the file is not of log ${known.logId}`;
  try {
    using log = await openSqliteEventLog({ path, clock, readOnly: true });
    if (log.id !== known.logId) return `this is log ${log.id}, that was of ${known.logId}`;
    if (!log.contains(known)) return `it lacks what stood at position ${known.position}`;
    const { position } = log.head();
    const counted = log.audit((audit) => audit.indexedSize);
    return counted === position ? null : `${counted} of ${position} events are there`;
  } catch (error) {
    return databaseError(path, "read", error).message;
  }
}
