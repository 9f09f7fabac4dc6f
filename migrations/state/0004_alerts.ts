import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** How alerts are, and what was sent of them. */
export const alerts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // Times are Unix milliseconds, in all of these tables.
  `CREATE TABLE alert_states (
    rule TEXT PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('ok', 'pending', 'firing', 'resolved')),
    since INTEGER,
    told_at INTEGER,
    value TEXT
  ) STRICT, WITHOUT ROWID`,
  // id: the webhook-id of every attempt. body: as it is signed. next_at: of one that waits.
  `CREATE TABLE alert_deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    webhook TEXT NOT NULL,
    rule TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'failed')),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    result TEXT,
    created_at INTEGER NOT NULL,
    next_at INTEGER,
    done_at INTEGER,
    CHECK ((status = 'waiting') = (next_at IS NOT NULL))
  ) STRICT`,
  `CREATE INDEX alert_deliveries_by_webhook ON alert_deliveries (webhook, status, seq)`,
  // A receiver that answered 410. address: SHA-256 of its URL, hex, for another URL is another receiver.
  `CREATE TABLE alert_receivers_gone (
    webhook TEXT PRIMARY KEY,
    address TEXT NOT NULL CHECK (length(address) = 64),
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
] as const;
