/** Opening `state.db`: what is operational and no history. Each who keeps something there has it open. */
import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../sqlite/database.ts";
import { migrate } from "../sqlite/migrate.ts";

/** "PNLS" */
const APPLICATION_ID = 0x504e4c53;
const SCHEMA_VERSION = 3;

/**
 * Opens `state.db`, makes it where there is none, and migrates it.
 *
 * @throws {DatabaseError}
 */
export async function openStateDatabase(path: string): Promise<DatabaseSync> {
  const db = openDatabase(path, { synchronous: "NORMAL", applicationId: APPLICATION_ID });
  try {
    await migrate(db, path, {
      version: SCHEMA_VERSION,
      load: async () => (await import("../../migrations/state/migrations.ts")).STATE_MIGRATIONS,
    });
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}
