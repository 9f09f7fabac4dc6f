/** The API keys of this data directory, in `state.db`; the command line and the server both have it open. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { openStateDatabase, type StateDatabaseOptions } from "../log/state_database.ts";
import { databaseError } from "../sqlite/database_error.ts";
import { preparedOnce } from "../sqlite/statements.ts";
import { hashKey } from "./key_hash.ts";
import { type ActiveKey, isActive, type KeyRecord, type KeyRing } from "./key_record.ts";
import { type KeyEnvironment, makeKeyText } from "./key_text.ts";
import { activeOf, type KeyRow, recordOf } from "./key_row.ts";
import type { Scope } from "./scope.ts";
import { type EndedSessions, MOST_ENDED_OF_ONE } from "./ended_sessions.ts";
import { type Session, sessionKeyOf } from "./session_token.ts";

/** Keys that one data directory may have, those that were revoked among them. */
const MAX_KEYS = 10_000;
/** What was found is believed for so long, milliseconds. */
const FOUND_MS = 1_000;
/** Keys that are remembered so. */
const MAX_FOUND = 1_000;
/** A use is written down once in so many milliseconds. */
const USED_MS = 60_000;

/** A key that is to be made. Times are Unix milliseconds. */
export interface NewKey {
  readonly name: string;
  readonly environment: KeyEnvironment;
  readonly scopes: readonly Scope[];
  readonly expiresAt: number | null;
  readonly now: number;
}

/** No more keys can be kept. */
export class TooManyKeysError extends Error {
  readonly code = "too_many_keys";
  constructor(readonly most: number) {
    super(`Cannot make another key: there are ${most}, those that were revoked among them`);
    this.name = "TooManyKeysError";
  }
}

/** The keys, in one SQLite file. */
export class KeyStore implements KeyRing, EndedSessions, Disposable {
  readonly isKnown = true;
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #sql: (text: string) => StatementSync;
  readonly #found = new Map<string, { readonly row: KeyRow | undefined; readonly at: number }>();
  readonly #usedAt = new Map<string, number>();

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#sql = preparedOnce(db);
    this.#path = path;
  }

  /**
   * Opens `state.db`; makes it where there is none.
   *
   * @param options `synchronous: "FULL"` where a key that is revoked has to stay so after a power cut
   * @throws {DatabaseError}
   */
  static async open(path: string, options: StateDatabaseOptions = {}): Promise<KeyStore> {
    return new KeyStore(await openStateDatabase(path, options), path);
  }

  /**
   * Makes a key.
   *
   * @returns the record, and the text, which is kept nowhere
   * @throws {TooManyKeysError}
   * @throws {DatabaseError}
   */
  create({ name, environment, scopes, expiresAt, now }: NewKey): KeyRecord & { text: string } {
    const [{ count = 0 } = {}] = this.#all("SELECT count(*) AS count FROM keys");
    if (Number(count) >= MAX_KEYS) throw new TooManyKeysError(MAX_KEYS);
    const { id, text } = makeKeyText(environment);
    this.#write(
      `INSERT INTO keys (id, name, environment, scopes, hash, session_key, created_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, name, environment, scopes.join(","), hashKey(text), sessionKeyOf(text)],
      ...[now, expiresAt],
    );
    const never = { lastUsedAt: null, revokedAt: null };
    return { id, name, environment, scopes, createdAt: now, expiresAt, ...never, text };
  }

  /** All keys, the oldest first. */
  list(): KeyRecord[] {
    return this.#all("SELECT * FROM keys ORDER BY created_at, id").map(recordOf);
  }

  /** The keys that count at a time. */
  active(now: number): ActiveKey[] {
    return this.#all("SELECT * FROM keys WHERE revoked_at IS NULL ORDER BY id")
      .filter((row) => isActive(recordOf(row), now))
      .map(activeOf);
  }

  /**
   * Revokes a key, for ever.
   *
   * @returns the record as it is then; null where there is no such key
   */
  revoke(id: string, now: number): KeyRecord | null {
    this.#write("UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", now, id);
    this.#found.delete(id);
    const [row] = this.#all("SELECT * FROM keys WHERE id = ?", id);
    return row === undefined ? null : recordOf(row);
  }

  find(id: string, now: number): ActiveKey | null {
    const at = performance.now();
    let known = this.#found.get(id);
    if (known === undefined || at - known.at > FOUND_MS) {
      const [row] = this.#all("SELECT * FROM keys WHERE id = ?", id);
      known = { row, at };
      if (this.#found.size >= MAX_FOUND) this.#found.clear();
      this.#found.set(id, known);
    }
    return known.row !== undefined && isActive(recordOf(known.row), now)
      ? activeOf(known.row)
      : null;
  }

  used(id: string, now: number): void {
    if (Math.abs(now - (this.#usedAt.get(id) ?? -Infinity)) < USED_MS) return;
    this.#usedAt.set(id, now);
    this.#write("UPDATE keys SET last_used_at = ? WHERE id = ?", now, id);
  }

  end({ keyId, id, expiresAt }: Session, now: number): void {
    this.#write("DELETE FROM ended_sessions WHERE expires_at < ?", now);
    this.#write(
      "INSERT OR IGNORE INTO ended_sessions (id, expires_at, key_id) VALUES (?, ?, ?)",
      ...[id, expiresAt, keyId],
    );
    // What is to be forgotten is first over for good.
    this.#write(
      `UPDATE keys SET ended_through = max(ended_through, oldest) FROM (
         SELECT count(*) AS many, min(expires_at) AS oldest FROM ended_sessions WHERE key_id = ?1
       ) WHERE id = ?1 AND many > ?2`,
      ...[keyId, MOST_ENDED_OF_ONE],
    );
    this.#write(
      `DELETE FROM ended_sessions WHERE key_id = ?1 AND
         expires_at <= (SELECT ended_through FROM keys WHERE id = ?1)`,
      keyId,
    );
  }

  hasEnded({ keyId, id, expiresAt }: Session): boolean {
    const found = this.#all(
      `SELECT 1 FROM ended_sessions WHERE id = ?
       UNION ALL SELECT 1 FROM keys WHERE id = ? AND ended_through >= ?`,
      ...[id, keyId, expiresAt],
    );
    return found.length > 0;
  }

  endedThrough(keyId: string): number {
    const [row] = this.#all("SELECT ended_through FROM keys WHERE id = ?", keyId);
    return Number(row?.ended_through ?? 0);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#db.close();
  }

  #all(sql: string, ...values: SQLInputValue[]): KeyRow[] {
    try {
      return this.#sql(sql).all(...values);
    } catch (error) {
      throw databaseError(this.#path, "read", error);
    }
  }

  #write(sql: string, ...values: SQLInputValue[]): void {
    try {
      this.#sql(sql).run(...values);
    } catch (error) {
      throw databaseError(this.#path, "write", error);
    }
  }
}
