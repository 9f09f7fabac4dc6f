/**
 * The yardstick of the append and replay benchmarks: a bare `node:sqlite` loop over the same columns,
 * indexes and pragmas as the log, with no checks, triggers, tree or wake-up.
 */
import { DatabaseSync } from "node:sqlite";

/** A row of `events`, ready to insert. */
export type BareRow = readonly (string | number | Uint8Array | null)[];

/** Opens the yardstick with the tables and indexes (not the triggers) that a log's file has. */
export class BareLog {
  readonly #db: DatabaseSync;
  readonly #insert;
  readonly #columns: readonly string[];

  constructor(path: string, logPath: string) {
    const log = new DatabaseSync(logPath, { readOnly: true });
    const parts = log.prepare(
      "SELECT sql FROM sqlite_master WHERE tbl_name = 'events' AND type IN ('table', 'index') AND sql IS NOT NULL",
    ).all();
    this.#columns = log.prepare("SELECT name FROM pragma_table_info('events')").all().map((row) =>
      String(row.name)
    );
    log.close();
    this.#db = new DatabaseSync(path);
    this.#db.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000",
    );
    for (const part of parts) this.#db.exec(String(part.sql));
    this.#insert = this.#db.prepare(
      `INSERT INTO events (${this.#columns}) VALUES (${this.#columns.map(() => "?")})`,
    );
  }

  /** The rows of a log, in order of position. */
  static rows(logPath: string): BareRow[] {
    const log = new DatabaseSync(logPath, { readOnly: true });
    try {
      return log.prepare("SELECT * FROM events ORDER BY position").all().map((row) =>
        Object.values(row) as BareRow
      );
    } finally {
      log.close();
    }
  }

  /** Inserts rows in one transaction. */
  append(rows: readonly BareRow[]): void {
    this.#db.exec("BEGIN IMMEDIATE");
    for (const row of rows) this.#insert.run(...row as (string | number | Uint8Array | null)[]);
    this.#db.exec("COMMIT");
  }

  close(): void {
    this.#db.close();
  }
}
