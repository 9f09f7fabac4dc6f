/** Kysely's Migrator on an open database. Loaded only where there is something to migrate. */
import type { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { databaseError } from "./database_error.ts";
import { NodeSqliteDialect } from "./kysely_dialect.ts";

/**
 * Runs all migrations that the database has not had, in one transaction.
 *
 * @throws {DatabaseError} where one fails; the database is then as it was
 */
export async function runMigrations(
  db: DatabaseSync,
  path: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const kysely = new Kysely<unknown>({ dialect: new NodeSqliteDialect(db) });
  const migrator = new Migrator({
    db: kysely,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  await kysely.destroy();
  if (error !== undefined) throw databaseError(path, "migrate", error);
}
