/** `state.db`: how far each source has been read, how fresh it is, who ran last. Operational, not history. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EventLog, Lineage } from "../log/event_log.ts";
import { openStateDatabase } from "../log/state_database.ts";
import { databaseError } from "../sqlite/database_error.ts";
import { preparedOnce } from "../sqlite/statements.ts";
import { inTransaction } from "../sqlite/transaction.ts";
import type { SourceName } from "./source.ts";
import type { BreakerState } from "./status.ts";

/** How far a unit has been read. */
export interface UnitState {
  readonly cursor: string;
  /** Facts that its backfill brought. */
  readonly facts: number;
}

/** What is remembered of a source between starts. */
export interface Freshness {
  /** ISO 8601 UTC; when the source last answered whole. */
  readonly lastSuccessAt: string | null;
  /** What the log was last told of its breaker. */
  readonly breaker: BreakerState;
}

/** A start that is to be recorded. */
export interface StartRecord {
  /** The random name of this run. */
  readonly holder: string;
  /** The folder, so that no copy of it is taken for it; null where the platform cannot tell. */
  readonly place: string | null;
  /** Unix milliseconds. */
  readonly now: number;
}

/** What a start is among the others of its folder. */
export interface Start {
  /** Greater than that of every start before. */
  readonly token: number;
  /** The run before in this very folder; null where there was none, or it was in another. */
  readonly predecessor: string | null;
}

/** What of a log names a lineage. */
export type LineageLog = Pick<EventLog, "id" | "head" | "contains">;

/** The operational state, in one SQLite file. */
export class StateStore implements Disposable {
  readonly #db: DatabaseSync;
  readonly #sql: (text: string) => StatementSync;

  readonly #path: string;

  private constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#sql = preparedOnce(db);
    this.#path = path;
  }

  /**
   * Opens `state.db`, makes it where there is none, and migrates it.
   *
   * @throws {DatabaseError}
   */
  static async open(options: { readonly path: string }): Promise<StateStore> {
    const db = await openStateDatabase(options.path);
    return new StateStore(db, options.path);
  }

  /**
   * Holds the cursors against the log. A log that is not the one they were saved for, or an older copy
   * of it, lacks events that they have passed: then all cursors are dropped, and everything is read again.
   *
   * @returns true where cursors were dropped
   */
  adoptLog(log: LineageLog): boolean {
    const lineage = this.lineage();
    if (lineage === null) {
      this.#transaction(() => this.#saveLineage(log));
      return false;
    }
    if (log.contains(lineage)) return false;
    this.#transaction(() => {
      this.#sql("DELETE FROM cursors").run();
      this.#sql("DELETE FROM freshness").run();
      this.#saveLineage(log);
    });
    return true;
  }

  /**
   * The log that the cursors are of, as it was when they were last saved; null before the first time.
   *
   * @throws {DatabaseError}
   */
  lineage(): Lineage | null {
    const row = this.#get("SELECT log_id, position, root FROM lineage");
    if (row === undefined) return null;
    return {
      logId: String(row["log_id"]),
      position: Number(row["position"]),
      root: String(row["root"]),
    };
  }

  /**
   * Records a start. Its token counts on from the last one, and is never below the time: one that counted
   * by itself would fall behind where this file is deleted or comes back from a backup.
   *
   * @throws {DatabaseError} with nothing recorded
   */
  nextStart({ holder, place, now }: StartRecord): Start {
    const last = this.#get("SELECT token, holder, place FROM starts");
    const token = Math.max(Number(last?.["token"] ?? 0) + 1, Math.floor(now));
    const isSame = last !== undefined && place !== null && last["place"] === place;
    this.#transaction(() => {
      this.#sql("INSERT OR REPLACE INTO starts (id, token, holder, place) VALUES (1, ?, ?, ?)")
        .run(token, holder, place);
    });
    return { token, predecessor: isSame ? String(last["holder"]) : null };
  }

  /** How far a unit has been read; null where it has not. */
  unit(source: SourceName, unit: string): UnitState | null {
    const row = this.#get(
      "SELECT cursor, facts FROM cursors WHERE source = ? AND unit = ?",
      source,
      unit,
    );
    return row === undefined
      ? null
      : { cursor: String(row["cursor"]), facts: Number(row["facts"]) };
  }

  /**
   * Saves cursors of one source together, after what they stand for is in the log.
   *
   * @throws {DatabaseError} with nothing saved
   */
  saveUnits(source: SourceName, units: ReadonlyMap<string, UnitState>, log: LineageLog): void {
    this.#transaction(() => {
      for (const [unit, { cursor, facts }] of units) {
        this.#sql(
          "INSERT OR REPLACE INTO cursors (source, unit, cursor, facts) VALUES (?, ?, ?, ?)",
        )
          .run(source, unit, cursor, facts);
      }
      this.#saveLineage(log);
    });
  }

  /** What is remembered of a source. */
  freshness(source: SourceName): Freshness {
    const row = this.#get(
      "SELECT last_success_at, breaker FROM freshness WHERE source = ?",
      source,
    );
    if (row === undefined) return { lastSuccessAt: null, breaker: "CLOSED" };
    const lastSuccessAt = row["last_success_at"];
    return {
      lastSuccessAt: typeof lastSuccessAt === "string" ? lastSuccessAt : null,
      breaker: String(row["breaker"]) as BreakerState,
    };
  }

  saveFreshness(source: SourceName, freshness: Freshness): void {
    this.#transaction(() => {
      this.#sql(
        "INSERT OR REPLACE INTO freshness (source, last_success_at, breaker) VALUES (?, ?, ?)",
      ).run(source, freshness.lastSuccessAt, freshness.breaker);
    });
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#db.close();
  }

  #get(sql: string, ...values: string[]): Record<string, unknown> | undefined {
    try {
      return this.#sql(sql).get(...values);
    } catch (error) {
      throw databaseError(this.#path, "read", error);
    }
  }

  #saveLineage(log: LineageLog): void {
    const { position, root } = log.head();
    this.#sql("INSERT OR REPLACE INTO lineage (id, log_id, position, root) VALUES (1, ?, ?, ?)")
      .run(log.id, position, root);
  }

  #transaction(work: () => void): void {
    try {
      inTransaction(this.#db, work);
    } catch (error) {
      throw databaseError(this.#path, "write", error);
    }
  }
}
