/** The statements over `events.db`: each prepared once, none with a decision in it. */
import type { DatabaseSync } from "node:sqlite";
import type { EventSource, EventType } from "../pnl/event.ts";
import type { TileReader } from "./compact_range.ts";
import { LogFailedError, type LogLine } from "./event_log.ts";
import type { NewEvent } from "./event_line.ts";
import { EMPTY_ROOT, type HexHash } from "./merkle.ts";

/** The log's end, as its last row says. */
export interface StoredHead {
  readonly size: number;
  readonly recordedTime: string | null;
  readonly root: HexHash;
}

type Row = Readonly<Record<string, unknown>>;

function hashOf(value: unknown): HexHash {
  if (typeof value === "string" && value.length === 64) return value;
  throw new LogFailedError("A hash of the log is missing");
}

function headRoot(row: Row): HexHash {
  if (row["root"] !== "") return hashOf(row["root"]);
  throw new LogFailedError(
    `The log is damaged at position ${row["position"]}: the last row has no root`,
  );
}

/** Prepares everything once. */
function prepareAll(db: DatabaseSync) {
  return {
    begin: db.prepare("BEGIN IMMEDIATE"),
    beginRead: db.prepare("BEGIN"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),
    id: db.prepare("SELECT id FROM log"),
    head: db.prepare(
      `SELECT position, recorded_time, lower(hex(root)) AS root FROM events
       ORDER BY position DESC LIMIT 1`,
    ),
    insert: db.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, unhex(?), unhex(?))"),
    findOne: db.prepare("SELECT id, position, line FROM events WHERE source = ? AND id = ?"),
    findMany: db.prepare(
      `SELECT id, position, line FROM events
       WHERE source = ? AND id IN (SELECT value FROM json_each(?))`,
    ),
    lastOfType: db.prepare(
      "SELECT coalesce(max(position), 0) AS position FROM events INDEXED BY events_by_type WHERE type = ?",
    ),
    last: db.prepare(
      `SELECT position, line FROM events INDEXED BY events_by_subject
       WHERE subject = ? AND type = ? AND source = ? ORDER BY position DESC LIMIT 1`,
    ),
    leaves: db.prepare(
      `SELECT lower(hex(leaf)) AS hash FROM events
       WHERE position > ? AND position <= ? ORDER BY position`,
    ),
    roots: db.prepare(
      `SELECT lower(hex(root)) AS hash FROM tiles
       WHERE level = ? AND number >= ? AND number < ? ORDER BY number`,
    ),
    insertTile: db.prepare(
      "INSERT INTO tiles (level, number, root, hashes) VALUES (?, ?, unhex(?), unhex(?))",
    ),
  };
}

/** What the log writes to and looks up in its database. */
export class EventStore implements TileReader {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = prepareAll(db);
  }

  /** The log's id. */
  id(): string {
    const id = this.#sql.id.get()?.["id"];
    if (typeof id !== "string") throw new LogFailedError("The log has no id");
    return id;
  }

  /** The log's end. */
  head(): StoredHead {
    const row: Row | undefined = this.#sql.head.get();
    if (row === undefined) return { size: 0, recordedTime: null, root: EMPTY_ROOT };
    return {
      size: Number(row["position"]),
      recordedTime: String(row["recorded_time"]),
      root: headRoot(row),
    };
  }

  /** Runs `work` in one write transaction; nothing of it stays where it throws or returns `false`. */
  transaction(work: () => boolean): void {
    this.#sql.begin.run();
    try {
      if (work()) this.#sql.commit.run();
    } finally {
      // After some failures SQLite has rolled back by itself.
      if (this.#db.isTransaction) this.#sql.rollback.run();
    }
  }

  /** Runs `work` on one state of the file, whatever another process appends meanwhile. */
  snapshot<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    this.#sql.beginRead.run();
    try {
      return work();
    } finally {
      this.#sql.rollback.run();
    }
  }

  /** Writes an event; `root` with the last one of an append. */
  insert(event: NewEvent, leaf: HexHash, root: HexHash | null): void {
    const { position, source, id, type, subject, time, recordedTime, line } = event;
    this.#sql.insert.run(position, source, id, type, subject, time, recordedTime, line, leaf, root);
  }

  /** Writes a full tile: the hashes of its row and their root. */
  insertTile(level: number, number: number, root: HexHash, hashes: readonly HexHash[]): void {
    this.#sql.insertTile.run(level, number, root, hashes.join(""));
  }

  find(source: EventSource, ids: readonly string[]): Map<string, LogLine> {
    const found = new Map<string, LogLine>();
    const [first] = ids;
    const rows: Row[] = ids.length === 1 && first !== undefined
      ? this.#sql.findOne.all(source, first)
      : this.#sql.findMany.all(source, JSON.stringify(ids));
    for (const row of rows) {
      found.set(String(row["id"]), {
        position: Number(row["position"]),
        line: String(row["line"]),
      });
    }
    return found;
  }

  lastOfTypes(types: readonly EventType[]): number {
    const positions = types.map((type) => Number(this.#sql.lastOfType.get(type)?.["position"]));
    return Math.max(0, ...positions);
  }

  last(source: EventSource, type: EventType, subject: string): LogLine | null {
    const row = this.#sql.last.get(subject, type, source);
    if (row === undefined) return null;
    return { position: Number(row["position"]), line: String(row["line"]) };
  }

  hashes(level: number, first: number, count: number): HexHash[] {
    const rows: Row[] = level === 0
      ? this.#sql.leaves.all(first, first + count)
      : this.#sql.roots.all(level - 1, first, first + count);
    if (rows.length !== count) {
      throw new LogFailedError(
        `${
          count - rows.length
        } of ${count} hashes from number ${first} of level ${level} are missing`,
      );
    }
    return rows.map((row) => hashOf(row["hash"]));
  }
}
