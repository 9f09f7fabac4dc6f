import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** API keys, without their secrets, and sessions that were ended before their time. */
export const keys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  // hash: SHA-256 of the key's text, hex. session_key: the public key of its sessions' signatures.
  `CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    scopes TEXT NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    session_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
  ) STRICT, WITHOUT ROWID`,
  // A session that signed out counts no more, though its signature holds until expires_at.
  `CREATE TABLE ended_sessions (
    id TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
] as const;
