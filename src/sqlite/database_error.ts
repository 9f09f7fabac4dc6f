/** What can go wrong with a database file, in one class. */

/** How a database failed. */
export type DatabaseErrorCode =
  /** There is no such file. */
  | "database_missing"
  /** The file is something else: not SQLite, or another program's. */
  | "database_foreign"
  /** The file is damaged. */
  | "database_corrupt"
  /** The file or its folder cannot be written. */
  | "database_unwritable"
  /** A newer version of the program wrote it. */
  | "database_newer"
  /** It has to be migrated by a writer first. */
  | "database_older"
  /** Another process holds it. */
  | "database_busy"
  /** The disk is full. */
  | "database_full"
  | "database_failed";

/** A database file could not be opened, migrated or used. */
export class DatabaseError extends Error {
  constructor(
    readonly code: DatabaseErrorCode,
    readonly path: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "DatabaseError";
  }
}

const BY_RESULT_CODE: Readonly<Record<number, [DatabaseErrorCode, string]>> = {
  5: ["database_busy", "another process holds it"],
  6: ["database_busy", "another process holds it"],
  8: ["database_unwritable", "it cannot be written"],
  10: ["database_failed", "the disk failed or is full"],
  11: ["database_corrupt", "the file is damaged"],
  13: ["database_full", "the disk is full"],
  14: ["database_unwritable", "the file cannot be opened or its folder cannot be written"],
  26: ["database_foreign", "it is not a SQLite database"],
};

const CANNOT_OPEN = 14;

/** SQLite's own texts, for where the runtime gives no code: opening, and `exec`. */
const BY_TEXT: readonly (readonly [text: string, code: number])[] = [
  ["database is locked", 5],
  ["database table is locked", 6],
  ["attempt to write a readonly database", 8],
  ["disk I/O error", 10],
  ["database disk image is malformed", 11],
  ["database or disk is full", 13],
  ["unable to open database file", CANNOT_OPEN],
  ["file is not a database", 26],
];

/** SQLite's primary result code of an error, or null where it is not SQLite's. */
export function resultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  if (error instanceof Deno.errors.NotCapable) return CANNOT_OPEN;
  return BY_TEXT.find(([text]) => error.message.startsWith(text))?.[1] ?? null;
}

/** The error in this program's words, with the cause kept. */
export function databaseError(path: string, action: string, cause: unknown): DatabaseError {
  if (cause instanceof DatabaseError) return cause;
  const known = BY_RESULT_CODE[resultCode(cause) ?? -1];
  const [code, reason] = known ?? ["database_failed", causeText(cause)];
  return new DatabaseError(code, path, `Cannot ${action} ${path}: ${reason}`, { cause });
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
