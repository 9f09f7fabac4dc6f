/** The log in a SQLite file. */
import type { DatabaseSync } from "node:sqlite";
import { getLogger } from "@logtape/logtape";
import { EVENTS_SCHEMA_VERSION } from "../../migrations/events/version.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Candidate } from "../pnl/event.ts";
import { openDatabase } from "../sqlite/database.ts";
import { databaseError, resultCode } from "../sqlite/database_error.ts";
import { migrate } from "../sqlite/migrate.ts";
import { type AppendPlan, planAppend } from "./append_plan.ts";
import { checkBatch, recordedTimeOf } from "./candidate.ts";
import { CompactRange, TILE_WIDTH } from "./compact_range.ts";
import {
  type Appended,
  ConflictError,
  type EventCount,
  type EventLog,
  type Extent,
  InvalidEventError,
  type Lineage,
  LogFailedError,
  type LogHead,
  type LogLine,
  type ReadOptions,
  type SubscribeOptions,
} from "./event_log.ts";
import { EventReader } from "./event_reader.ts";
import { EventStore } from "./event_store.ts";
import { LogAudit } from "./log_audit.ts";
import { type HexHash, leafHash } from "./merkle.ts";
import { containsLineage } from "./lineage.ts";
import { subscribeTo, Wakeup } from "./subscription.ts";

/** Options of {@link openSqliteEventLog}. */
export interface SqliteEventLogOptions {
  /** The file, `events.db` of a data directory. */
  readonly path: string;
  readonly clock: Clock;
  /** Only to be read: another process may be appending. */
  readonly readOnly?: boolean;
}

const logger = getLogger(["pnl", "log"]);

/** SQLite's `application_id` of a log: "pnlE". */
export const EVENTS_APPLICATION_ID = 0x706e6c45;

const MIGRATIONS = {
  version: EVENTS_SCHEMA_VERSION,
  load: async () => (await import("../../migrations/events/migrations.ts")).EVENTS_MIGRATIONS,
};

/** How often a log that only reads looks for what another process appended, milliseconds. */
const POLL_MS = 1_000;

/** SQLite's result code for a full disk. */

/** What is kept in memory of the log's end. */
interface Frontier {
  readonly range: CompactRange;
  readonly head: LogHead;
}

/** The log in a SQLite file; see {@link openSqliteEventLog}. */
export class SqliteEventLog implements EventLog, Disposable {
  readonly id: string;
  readonly #db: DatabaseSync;
  readonly #store: EventStore;
  readonly #reader: EventReader;
  readonly #options: SqliteEventLogOptions;
  readonly #appended = new Wakeup();
  #frontier: Frontier;
  #isClosed = false;

  /** @internal Use {@link openSqliteEventLog}. */
  constructor(db: DatabaseSync, options: SqliteEventLogOptions) {
    this.#db = db;
    this.#options = options;
    this.#store = new EventStore(db);
    this.#reader = new EventReader(db);
    this.id = this.#store.id();
    this.#frontier = this.#store.snapshot(() => this.#loadFrontier());
  }

  head(): LogHead {
    this.#assertOpen();
    if (this.#options.readOnly === true) this.#reading(() => this.#refresh());
    return this.#frontier.head;
  }

  append(batch: readonly Candidate[]): Appended[] {
    this.#assertOpen();
    if (this.#options.readOnly === true) {
      throw new LogFailedError(`Cannot append to ${this.#options.path}: it is open for reading`);
    }
    if (batch.length === 0) return [];
    const now = this.#options.clock.now();
    const checked = checkBatch(batch, now);
    let plan: AppendPlan | undefined;
    let next: Frontier | undefined;
    try {
      this.#store.transaction(() => {
        const { position, recordedTime: last } = this.#frontier.head;
        const recordedTime = recordedTimeOf(now, last);
        plan = planAppend(checked, recordedTime, {
          position,
          recordedTime: last,
          find: (source, ids) => this.#store.find(source, ids),
          lastOfTypes: (types) => this.#store.lastOfTypes(types),
          last: (source, type, subject) => this.#store.last(source, type, subject),
        });
        if (plan.events.length > 0) next = this.#write(plan, recordedTime);
        return next !== undefined;
      });
    } catch (error) {
      const failure = appendFailure(error, batch.length, this.#options.path);
      if (failure instanceof LogFailedError) this.#recover();
      throw failure;
    }
    if (plan === undefined) throw new LogFailedError("The append was not decided");
    if (next !== undefined) {
      this.#frontier = next;
      this.#appended.wake();
    }
    return [...plan.answers];
  }

  read(options: ReadOptions = {}): LogLine[] {
    this.#assertOpen();
    return this.#reading(() => this.#reader.read(options));
  }

  count(range: Pick<ReadOptions, "after" | "to">): EventCount[] {
    this.#assertOpen();
    return this.#reading(() => this.#reader.count(range));
  }

  extent(options: ReadOptions): Extent {
    this.#assertOpen();
    return this.#reading(() => this.#reader.extent(options));
  }

  rootAt(size: number): string {
    const { position, root } = this.head();
    if (!Number.isSafeInteger(size) || size < 0 || size > position) {
      throw new RangeError(`Cannot give the root at ${size}: the log holds ${position} events`);
    }
    if (size === position) return root;
    return this.#reading(() => CompactRange.at(size, this.#store).root());
  }

  contains(lineage: Lineage): boolean {
    return containsLineage(this, lineage);
  }

  subscribe(options: SubscribeOptions): AsyncIterable<readonly LogLine[]> {
    this.#assertOpen();
    return subscribeTo({
      log: this,
      isClosed: () => this.#isClosed,
      appended: this.#appended,
      ...(this.#options.readOnly === true ? { pollMs: POLL_MS } : {}),
    }, options);
  }

  /** Reads everything as it is stored, on one state of the file. For verification. */
  audit<T>(work: (audit: LogAudit) => T): T {
    this.#assertOpen();
    return this.#reading(() => this.#store.snapshot(() => work(new LogAudit(this.#db))));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#appended.wake();
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Writes what was decided. Where another connection has appended meanwhile, the position is taken
   * and the database refuses: the frontier in memory needs no look at the file before each append.
   */
  #write({ events }: AppendPlan, recordedTime: string): Frontier {
    const range = this.#frontier.range.clone();
    const leaves = events.map((event) => leafHash(event.line));
    const tiles: { level: number; number: number; root: HexHash }[] = [];
    for (const leaf of leaves) {
      range.append(leaf, (level, number, root) => tiles.push({ level, number, root }));
    }
    const root = range.root();
    const last = events.length - 1;
    events.forEach((event, at) => {
      this.#store.insert(event, leaves[at]!, at === last ? root : null);
    });
    for (const { level, number, root } of tiles) {
      const hashes = this.#store.hashes(level, number * TILE_WIDTH, TILE_WIDTH);
      this.#store.insertTile(level, number, root, hashes);
    }
    const position = this.#frontier.head.position + events.length;
    if (range.size !== position) throw new LogFailedError("The tree and the log differ in size");
    return { range, head: { position, recordedTime, root } };
  }

  /** After a failed append: goes on from what the file holds, whatever became of the transaction. */
  #recover(): void {
    try {
      this.#refresh();
    } catch (cause) {
      // What is told is why the append failed; a file that cannot be read either fails the next one.
      logger.error("Cannot read the log after a failed append", { cause });
    }
  }

  /** Follows what another connection appended. */
  #refresh(): void {
    const { size, root } = this.#store.head();
    const { head } = this.#frontier;
    if (size === head.position && root === head.root) return;
    this.#frontier = this.#store.snapshot(() => this.#loadFrontier());
  }

  /** The end of the log as stored: the tree over its hashes must have the root that the last row says. */
  #loadFrontier(): Frontier {
    const { size, recordedTime, root } = this.#store.head();
    const range = CompactRange.at(size, this.#store);
    if (range.root() !== root) {
      throw new LogFailedError(
        `${this.#options.path} is damaged: its hashes give root ${range.root()} at ${size}, ` +
          `and its last row says ${root}`,
      );
    }
    return { range, head: { position: size, recordedTime, root } };
  }

  /** Says of a failed read which file it was. */
  #reading<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (resultCode(error) === null) throw error;
      const { message } = databaseError(this.#options.path, "read", error);
      throw new LogFailedError(message, { cause: error });
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LogFailedError(`${this.#options.path} is closed`);
  }
}

function appendFailure(error: unknown, count: number, path: string): Error {
  if (
    error instanceof ConflictError || error instanceof InvalidEventError ||
    error instanceof LogFailedError
  ) return error;
  const { message } = databaseError(path, `append ${count} events to`, error);
  return new LogFailedError(message, { cause: error });
}

/**
 * Opens the log, making or migrating its file where needed.
 *
 * @throws {DatabaseError} where the file is foreign, damaged, too new, or cannot be written
 * @throws {LogFailedError} where what it holds does not agree with its head
 */
export async function openSqliteEventLog(options: SqliteEventLogOptions): Promise<SqliteEventLog> {
  const { path, readOnly = false } = options;
  const db = openDatabase(path, {
    synchronous: "FULL",
    readOnly,
    applicationId: EVENTS_APPLICATION_ID,
  });
  try {
    await migrate(db, path, MIGRATIONS, readOnly);
    return new SqliteEventLog(db, options);
  } catch (error) {
    db.close();
    throw error instanceof LogFailedError ? error : databaseError(path, "open", error);
  }
}
