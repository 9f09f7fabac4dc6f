import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The last start: what a later one is told from an earlier one by. */
export const starts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(STATEMENT).execute(db);
  },
};

// token: greater with each start. holder: the random name of that run. place: the folder it ran in.
const STATEMENT = `CREATE TABLE starts (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  token INTEGER NOT NULL CHECK (token > 0),
  holder TEXT NOT NULL,
  place TEXT
) STRICT`;
