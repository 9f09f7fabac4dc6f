import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * The projection: final snapshots, buckets of history, and how far they go. All of it is derived from
 * the log, so there is no way down: a file of another shape is built anew.
 */
export const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // What the file is a projection of; the first 16 hex of the hash of it is its epoch.
  `CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    log_id TEXT NOT NULL,
    fold_version INTEGER NOT NULL,
    window_ms INTEGER NOT NULL CHECK (window_ms > 0)
  ) STRICT`,
  // position: of the last event in the window. net: decimal, dollars. window_*: ms since the epoch.
  `CREATE TABLE finals (
    position INTEGER PRIMARY KEY CHECK (position > 0),
    window_start INTEGER NOT NULL,
    window_end INTEGER NOT NULL UNIQUE CHECK (window_end > window_start),
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    net TEXT NOT NULL,
    json TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE buckets (
    resolution TEXT NOT NULL CHECK (resolution IN ('1m', '1h', '1d')),
    start INTEGER NOT NULL,
    open TEXT NOT NULL,
    high TEXT NOT NULL,
    low TEXT NOT NULL,
    close TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (resolution, start)
  ) STRICT, WITHOUT ROWID`,
  // The lineage: finals and buckets hold exactly what this prefix of the log makes.
  `CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL CHECK (position > 0),
    root TEXT NOT NULL,
    log_id TEXT NOT NULL,
    recorded TEXT NOT NULL
  ) STRICT`,
  // The fold at some position not above the checkpoint's, and the SHA-256 of its text.
  `CREATE TABLE ledger (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL CHECK (position > 0),
    digest TEXT NOT NULL,
    fold TEXT NOT NULL
  ) STRICT`,
  // The newest of each read model that was asked for.
  `CREATE TABLE models (
    key TEXT PRIMARY KEY,
    offset INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,
] as const;
