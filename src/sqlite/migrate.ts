/** Bringing a database to the schema that this version of the program knows. */
import type { DatabaseSync } from "node:sqlite";
import type { Migration } from "kysely/migration";
import { DatabaseError } from "./database_error.ts";

/** The migrations of one kind of database. */
export interface Migrations {
  /** How many there are; `PRAGMA user_version` says how many a file has had. */
  readonly version: number;
  /** Loads them by name, `0001_…` first. Called only where some are due: start-up stays fast. */
  load(): Promise<Readonly<Record<string, Migration>>>;
}

/** How many migrations a database has had. */
export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
}

/**
 * Runs the migrations that are due, all in one transaction.
 *
 * @param path the database's, for messages
 * @param readOnly the database was opened for reading: nothing is run, and an older one is refused
 * @throws {DatabaseError} where a newer program wrote the database, or a migration failed
 */
export async function migrate(
  db: DatabaseSync,
  path: string,
  migrations: Migrations,
  readOnly = false,
): Promise<void> {
  const found = schemaVersion(db);
  const known = migrations.version;
  if (found === known) return;
  const versions = `its schema is version ${found}, this program knows ${known}`;
  if (found > known) {
    throw new DatabaseError("database_newer", path, `Cannot use ${path}: ${versions}`);
  }
  if (readOnly) {
    throw new DatabaseError("database_older", path, `Cannot read ${path} yet: ${versions}`);
  }
  const { runMigrations } = await import("./run_migrations.ts");
  await runMigrations(db, path, await migrations.load());
  db.exec(`PRAGMA user_version = ${known}`);
}
