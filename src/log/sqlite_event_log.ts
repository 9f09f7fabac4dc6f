/** The log in a SQLite file. */
import type { DatabaseSync } from "node:sqlite";
import { EVENTS_SCHEMA_VERSION } from "../../migrations/events/version.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Candidate } from "../pnl/event.ts";
import { openDatabase } from "../sqlite/database.ts";
import { resultCode } from "../sqlite/database_error.ts";
import { migrate } from "../sqlite/migrate.ts";
import { type AppendPlan, planAppend } from "./append_plan.ts";
import { checkBatch, recordedTimeOf } from "./candidate.ts";
import { CompactRange, TILE_WIDTH } from "./compact_range.ts";
import {
  type Appended,
  ConflictError,
  type EventLog,
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
import { leafHash } from "./merkle.ts";
import { checkSubscription } from "./read_options.ts";
import { subscribeTo, Wakeup } from "./subscription.ts";

/** Options of {@link openSqliteEventLog}. */
export interface SqliteEventLogOptions {
  /** The file, `events.db` of a data directory. */
  readonly path: string;
  readonly clock: Clock;
  /** Only to be read: another process may be appending. */
  readonly readOnly?: boolean;
}

/** SQLite's `application_id` of a log: "pnlE". */
export const EVENTS_APPLICATION_ID = 0x706e6c45;

const MIGRATIONS = {
  version: EVENTS_SCHEMA_VERSION,
  load: async () => (await import("../../migrations/events/migrations.ts")).EVENTS_MIGRATIONS,
};

/** How often a log that only reads looks for what another process appended, milliseconds. */
const POLL_MS = 1_000;

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
    if (this.#options.readOnly === true) this.#refresh();
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
        this.#refresh();
        const { position, recordedTime: last } = this.#frontier.head;
        const recordedTime = recordedTimeOf(now, last);
        plan = planAppend(checked, recordedTime, {
          position,
          recordedTime: last,
          find: (source, ids) => this.#store.find(source, ids),
          last: (source, type, subject) => this.#store.last(source, type, subject),
        });
        if (plan.events.length > 0) next = this.#write(plan, recordedTime);
        return next !== undefined;
      });
    } catch (error) {
      throw this.#appendFailure(error, batch.length);
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
    return this.#reader.read(options);
  }

  rootAt(size: number): string {
    const { position, root } = this.head();
    if (!Number.isSafeInteger(size) || size < 0 || size > position) {
      throw new RangeError(`Cannot give the root at ${size}: the log holds ${position} events`);
    }
    return size === position ? root : CompactRange.at(size, this.#store).root();
  }

  contains({ logId, position, root }: Lineage): boolean {
    return logId === this.id && Number.isSafeInteger(position) && position >= 0 &&
      position <= this.head().position && this.rootAt(position) === root;
  }

  subscribe(options: SubscribeOptions): AsyncIterable<readonly LogLine[]> {
    this.#assertOpen();
    checkSubscription(options);
    const isClosed = () => this.#isClosed;
    return subscribeTo({
      page: (after, limit) => this.#reader.read({ after, limit }),
      get isClosed() {
        return isClosed();
      },
      appended: this.#appended,
      ...(this.#options.readOnly === true ? { pollMs: POLL_MS } : {}),
    }, options);
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

  #write({ events }: AppendPlan, recordedTime: string): Frontier {
    const range = this.#frontier.range.clone();
    for (const event of events) {
      const leaf = leafHash(event.line);
      this.#store.insert(event, leaf);
      range.append(leaf, (level, number, root) => {
        const hashes = this.#store.hashes(level, number * TILE_WIDTH, TILE_WIDTH);
        this.#store.insertTile(level, number, root, hashes);
      });
    }
    const root = range.root();
    const position = this.#frontier.head.position + events.length;
    if (range.size !== position) throw new LogFailedError("The tree and the log differ in size");
    this.#store.setHead(range.size, root);
    return { range, head: { position, recordedTime, root } };
  }

  /** Follows what another connection appended. */
  #refresh(): void {
    const { size, root } = this.#store.head();
    const { head } = this.#frontier;
    if (size === head.position && root === head.root) return;
    this.#frontier = this.#store.snapshot(() => this.#loadFrontier());
  }

  /** The end of the log as stored: the tree over its hashes must have the root that the head says. */
  #loadFrontier(): Frontier {
    const { size, root } = this.#store.head();
    const last = this.#reader.lastPosition();
    if (last !== size) {
      throw new LogFailedError(
        `${this.#options.path} is damaged: it holds ${last} events, and its head says ${size}`,
      );
    }
    const range = CompactRange.at(size, this.#store);
    if (range.root() !== root) {
      throw new LogFailedError(
        `${this.#options.path} is damaged: its hashes give root ${range.root()} at ${size}, ` +
          `and its head says ${root}`,
      );
    }
    const recordedTime = this.#store.recordedTime(size);
    return { range, head: { position: size, recordedTime, root } };
  }

  #appendFailure(error: unknown, count: number): Error {
    if (
      error instanceof ConflictError || error instanceof InvalidEventError ||
      error instanceof LogFailedError
    ) return error;
    const what = `Cannot append ${count} events to ${this.#options.path}`;
    const full = resultCode(error) === 13 ? "the disk is full" : null;
    const reason = full ?? (error instanceof Error ? error.message : String(error));
    return new LogFailedError(`${what}: ${reason}`, { cause: error });
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LogFailedError(`${this.#options.path} is closed`);
  }
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
    throw error;
  }
}
