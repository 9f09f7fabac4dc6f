/** Writing all of something or nothing. */
import type { DatabaseSync } from "node:sqlite";

/**
 * Does the work in one transaction, which takes the file for writing from its beginning.
 *
 * @throws what the work or SQLite threw; then nothing is written
 */
export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    // A full disk may have ended the transaction already; the first error is the one to tell.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
