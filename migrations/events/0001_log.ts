/** The log: events, the Merkle tiles over their lines, the log's id, and what protects them. */
import { type Kysely, sql } from "kysely";

/**
 * `leaf` and `root` are SHA-256 hashes; `root`, of the tree over all lines so far, stands in the last
 * event of each append. So the log's head is its last row, and nothing is ever updated.
 */
const TABLES = [
  `CREATE TABLE log (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    time TEXT NOT NULL,
    recorded_time TEXT NOT NULL,
    line TEXT NOT NULL,
    leaf BLOB NOT NULL,
    root BLOB
  ) STRICT`,
  `CREATE UNIQUE INDEX events_by_identity ON events (source, id)`,
  `CREATE INDEX events_by_subject ON events (subject, type)`,
  `CREATE INDEX events_by_type ON events (type)`,
  `CREATE INDEX events_by_time ON events (time)`,
  `CREATE TABLE tiles (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    root BLOB NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)
  ) STRICT`,
];

/** Statements that refuse: a row, once there, stays as it is. */
function refuse(table: string, verb: "UPDATE" | "DELETE"): string {
  return `CREATE TRIGGER ${table}_refuse_${verb.toLowerCase()} BEFORE ${verb} ON ${table} BEGIN
    SELECT RAISE(ABORT, '${table} cannot be changed: ${verb} is refused');
  END`;
}

const TRIGGERS = [
  ...["log", "events", "tiles"].flatMap((table) => [
    refuse(table, "UPDATE"),
    refuse(table, "DELETE"),
  ]),
  // Before the insert, because INSERT OR REPLACE deletes without firing a trigger.
  `CREATE TRIGGER events_only_appended BEFORE INSERT ON events
    WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events)
      OR EXISTS (SELECT 1 FROM events WHERE source = NEW.source AND id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'events are only appended: at the next position, each identity once');
  END`,
  `CREATE TRIGGER tiles_refuse_twin BEFORE INSERT ON tiles
    WHEN EXISTS (SELECT 1 FROM tiles WHERE level = NEW.level AND number = NEW.number) BEGIN
    SELECT RAISE(ABORT, 'tiles are appended once: the tile exists');
  END`,
  `CREATE TRIGGER log_refuse_second BEFORE INSERT ON log
    WHEN EXISTS (SELECT 1 FROM log) BEGIN
    SELECT RAISE(ABORT, 'the log has its id');
  END`,
];

/** Makes the tables of an empty log. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of TABLES) await sql.raw(statement).execute(db);
  await sql`INSERT INTO log (singleton, id) VALUES (1, ${crypto.randomUUID()})`.execute(db);
  for (const statement of TRIGGERS) await sql.raw(statement).execute(db);
}
