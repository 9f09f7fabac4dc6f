/** Opening `state.db`: what is operational and no history. Each who keeps something there has it open. */
import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../sqlite/database.ts";
import { DatabaseError } from "../sqlite/database_error.ts";
import { migrate } from "../sqlite/migrate.ts";

/** "PNLS" */
const APPLICATION_ID = 0x504e4c53;
const SCHEMA_VERSION = 5;

/** While another process makes or migrates the file it is tried again for so long, this far apart. */
const PATIENCE_MS = 5_000;
const APART_MS = 250;

/** Options of {@link openStateDatabase}. */
export interface StateDatabaseOptions {
  /** `FULL`: what is committed survives a power cut. Default `NORMAL`. */
  readonly synchronous?: "FULL" | "NORMAL";
}

async function open(path: string, synchronous: "FULL" | "NORMAL"): Promise<DatabaseSync> {
  const db = openDatabase(path, { synchronous, applicationId: APPLICATION_ID });
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

/**
 * Opens `state.db`, makes it where there is none, and migrates it.
 *
 * @throws {DatabaseError}
 */
export async function openStateDatabase(
  path: string,
  { synchronous = "NORMAL" }: StateDatabaseOptions = {},
): Promise<DatabaseSync> {
  for (const from = performance.now();;) {
    try {
      return await open(path, synchronous);
    } catch (error) {
      const isBusy = error instanceof DatabaseError && error.code === "database_busy";
      if (!isBusy || performance.now() - from > PATIENCE_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, APART_MS));
    }
  }
}
