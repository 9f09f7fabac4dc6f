import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Cursors and freshness of the sources, and the lineage that they belong to. */
export const sources: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // How far a unit of a source has been read. facts: how many its backfill brought.
  `CREATE TABLE cursors (
    source TEXT NOT NULL,
    unit TEXT NOT NULL,
    cursor TEXT NOT NULL,
    facts INTEGER NOT NULL CHECK (facts >= 0),
    PRIMARY KEY (source, unit)
  ) STRICT, WITHOUT ROWID`,
  // When a source last answered whole, and what its breaker last told the log.
  `CREATE TABLE freshness (
    source TEXT PRIMARY KEY,
    last_success_at TEXT,
    breaker TEXT NOT NULL CHECK (breaker IN ('CLOSED', 'OPEN', 'HALF_OPEN'))
  ) STRICT, WITHOUT ROWID`,
  // The log that the cursors belong to, as it was when they were last saved.
  `CREATE TABLE lineage (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    log_id TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    root TEXT NOT NULL
  ) STRICT`,
] as const;
