/** Opening SQLite files through the runtime's own `node:sqlite`. */
import { DatabaseSync } from "node:sqlite";
import { DatabaseError, databaseError } from "./database_error.ts";
import { readInto } from "./file_bytes.ts";

/** Options of {@link openDatabase}. */
export interface OpenOptions {
  /** `FULL`: a commit survives a power cut. `NORMAL`: it survives the process. `OFF`: derived data. */
  readonly synchronous: "FULL" | "NORMAL" | "OFF";
  readonly readOnly?: boolean;
  /** How long a statement waits for another connection, and everything else with it, ms; default 5,000. */
  readonly busyMs?: number;
  /**
   * Marks the file as this kind of database (SQLite's `application_id`). A new file gets it; a file
   * that has another is refused before SQLite touches it.
   */
  readonly applicationId?: number;
}

const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;
const APPLICATION_ID_OFFSET = 68;
/** Default of how long a statement waits for another connection, milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

/** Pages kept in memory: random identities touch a page each, all over their index. */
const CACHE_KIB = 32_768;

/**
 * Pages of 4 KiB after which the WAL is copied into the file. Eight times SQLite's own figure: the
 * identities of a long log are scattered over its index, and what a checkpoint writes for them is
 * shared by more appends.
 */
const CHECKPOINT_PAGES = 8000;

/** A write-ahead log that grew beyond this, behind a slow reader, is cut back at its next checkpoint. */
const WAL_BYTES = 64 * 1024 * 1024;

/** The first bytes of a file, or null where there is none. */
function readHeader(path: string): Uint8Array | null {
  try {
    using file = Deno.openSync(path);
    const header = new Uint8Array(HEADER_BYTES);
    return header.subarray(0, readInto(file, header));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return null;
    throw new DatabaseError("database_failed", path, `Cannot read ${path}`, { cause });
  }
}

/** Refuses what is not ours, from its bytes alone: opening a stranger's file could change it. */
function checkHeader(path: string, header: Uint8Array, applicationId: number | undefined): void {
  if (new TextDecoder("latin1").decode(header.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new DatabaseError(
      "database_foreign",
      path,
      `Cannot open ${path}: it is not a SQLite database`,
    );
  }
  if (header.length < HEADER_BYTES) {
    throw new DatabaseError("database_corrupt", path, `Cannot open ${path}: the file is cut off`);
  }
  const found = new DataView(header.buffer).getUint32(APPLICATION_ID_OFFSET);
  if (applicationId !== undefined && found !== applicationId) {
    const kind = `application id ${found}, not ${applicationId}`;
    throw new DatabaseError(
      "database_foreign",
      path,
      `Cannot open ${path}: it belongs to another program or purpose (${kind})`,
    );
  }
}

/**
 * Makes an empty file that is its owner's alone, where there is none; SQLite's files beside it get the
 * same rights. That it cannot be made is not told here: opening it as a database tells why.
 */
export function makeOwn(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch {
    // Another process made it just now, or it cannot be made, of which SQLite tells the reason.
  }
}

function configure(db: DatabaseSync, options: OpenOptions, isNew: boolean): void {
  if (options.readOnly !== true) {
    // Before WAL, so that the mark stands in the file itself from its first page on.
    if (isNew && options.applicationId !== undefined) {
      db.exec(`PRAGMA application_id = ${options.applicationId}`);
    }
    const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
    if (mode !== "wal") throw new Error(`the journal mode is ${mode}, not wal`);
    db.exec(`PRAGMA synchronous = ${options.synchronous}`);
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.exec(`PRAGMA journal_size_limit = ${WAL_BYTES}`);
    // SQLite falls back to reading where it may not write, BEGIN IMMEDIATE too; only a write tells, and
    // it is better told now than at an append.
    const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
    db.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${version}; ROLLBACK`);
  }
  db.exec("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF");
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  db.prepare("SELECT count(*) FROM sqlite_schema").get();
}

/**
 * Opens a database file in WAL mode; makes it where there is none, unless it is only to be read.
 *
 * @throws {DatabaseError} where the file is missing, foreign, damaged or cannot be written; the file is
 * then as it was
 */
export function openDatabase(path: string, options: OpenOptions): DatabaseSync {
  const header = readHeader(path);
  if (header === null && options.readOnly === true) {
    throw new DatabaseError("database_missing", path, `Cannot open ${path}: there is no such file`);
  }
  const isNew = header === null || header.length === 0;
  if (!isNew) checkHeader(path, header, options.applicationId);
  let db: DatabaseSync | undefined;
  if (header === null) makeOwn(path);
  try {
    db = new DatabaseSync(path, {
      readOnly: options.readOnly ?? false,
      timeout: options.busyMs ?? BUSY_TIMEOUT_MS,
    });
    configure(db, options, isNew);
    return db;
  } catch (error) {
    db?.close();
    throw databaseError(path, "open", error);
  }
}
