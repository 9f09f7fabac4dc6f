/** Whether the files of a log belong together, looked at before anything may write to them. */
import type { Clock } from "../pnl/clock.ts";
import { databaseError } from "../sqlite/database_error.ts";
import { readInto } from "../sqlite/file_bytes.ts";
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
/** The id's page is one of these. */
const FIRST_PAGES = 64;
/** First byte of a page that is a leaf of a table (SQLite file format, 1.6); bytes 3 and 4 count its rows. */
const TABLE_LEAF = 0x0d;
const ID_LENGTH = 36;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LATIN1 = new TextDecoder("latin1");

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
    `Cannot open ${path}: the write-ahead log beside it belongs to another file (${reason}). Nothing ` +
      `was changed. If ${path} is a restored copy, move ${path}-wal and ${path}-shm elsewhere and ` +
      "start again; keep them until the copy has proved whole",
  );
}

/**
 * The log's id by the file alone, without its write-ahead log; null where that page is not in the file
 * yet, as after a crash in the first checkpoint. SQLite has no way to ask: the id is the only row of its
 * table, so its text ends the page, and the page is among the file's first and never moves.
 */
function idInFile(path: string): string | null {
  using file = Deno.openSync(path);
  const page = new Uint8Array(PAGE_BYTES);
  for (let number = 1; number <= FIRST_PAGES; number++) {
    if (readInto(file, page) < PAGE_BYTES) return null;
    const [kind, , , high = 0, low = 0] = page;
    const id = LATIN1.decode(page.subarray(-ID_LENGTH));
    if (kind === TABLE_LEAF && high * 256 + low === 1 && ID.test(id)) return id;
  }
  return null;
}

/** Why the file and its write-ahead log are not of one piece; null where they are. Only reads. */
async function mixedUp(path: string, known: Lineage, clock: Clock): Promise<string | null> {
  const id = idInFile(path);
  if (id !== null && id !== known.logId) return `the file is log ${id}, that was of ${known.logId}`;
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
