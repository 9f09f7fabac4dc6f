import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Bounds the sessions that were ended before their time: so many of a key, and until when all are over. */
export const endedSessions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

const STATEMENTS = [
  "ALTER TABLE ended_sessions ADD COLUMN key_id TEXT NOT NULL DEFAULT ''",
  "CREATE INDEX ended_sessions_by_key ON ended_sessions (key_id, expires_at)",
  // Sessions of the key that would last no longer than this have ended, whether or not they are listed.
  "ALTER TABLE keys ADD COLUMN ended_through INTEGER NOT NULL DEFAULT 0",
] as const;
