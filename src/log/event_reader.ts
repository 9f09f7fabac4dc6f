/** Reading pages of lines from the `events` table. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  type EventCount,
  type Extent,
  LogFailedError,
  type LogLine,
  type ReadOptions,
} from "./event_log.ts";
import type { EventSource, EventType } from "../pnl/event.ts";
import { type Bounds, isUnfiltered, readBounds } from "./read_options.ts";

/** The columns that filters compare, in the order of their values in a statement. */
const FILTERS = {
  source: "source = ?",
  type: "type = ?",
  subject: "subject = ?",
  timeFrom: "time >= ?",
  timeTo: "time < ?",
} as const;
type Filter = keyof typeof FILTERS;
const FILTER_NAMES: readonly Filter[] = ["source", "type", "subject", "timeFrom", "timeTo"];

/**
 * How the rows are found. A scan goes along the positions; an index gives all matches, which are then
 * sorted. Without a hint SQLite would guess, and it knows nothing of this table.
 */
type Path =
  | "NOT INDEXED"
  | "INDEXED BY events_by_subject"
  | "INDEXED BY events_by_type"
  | "INDEXED BY events_by_time"
  | "INDEXED BY events_by_identity";

/** Matches that are dense are found by a scan of this many positions; the others by an index. */
const SCAN = 5_000;

/** 2^5 filters on at most two paths each, in two orders; and two statements for an extent. */
const MAX_STATEMENTS = 192;

/** Reads lines by position and filter. */
export class EventReader {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #recordedTime: StatementSync;
  readonly #end: StatementSync;
  readonly #counts: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#recordedTime = db.prepare("SELECT recorded_time FROM events WHERE position = ?");
    this.#end = db.prepare("SELECT coalesce(max(position), 0) AS position FROM events");
    this.#counts = db.prepare(
      `SELECT source, type, count(*) AS count FROM events NOT INDEXED
       WHERE position > ? AND position <= ? GROUP BY source, type ORDER BY source, type`,
    );
  }

  /**
   * A page of lines, in the order of position that is asked for.
   *
   * @throws {RangeError} on options out of range
   * @throws {LogFailedError} where a position is missing
   */
  read(options: ReadOptions): LogLine[] {
    const bounds = this.#narrow(readBounds(options), options);
    if (bounds.after >= bounds.to) return [];
    const filters = FILTER_NAMES.filter((name) => options[name] !== undefined);
    const values = filters.map((name) => options[name] ?? "");
    const index = indexFor(options);
    if (index === null) {
      const lines = this.#page("NOT INDEXED", filters, values, bounds);
      if (isUnfiltered(options)) this.#assertContiguous(lines, bounds);
      return lines;
    }
    if (index === "INDEXED BY events_by_subject" || index === "INDEXED BY events_by_type") {
      return this.#page(index, filters, values, bounds);
    }
    const [scanned, beyond] = this.#split(bounds);
    const near = this.#page("NOT INDEXED", filters, values, scanned);
    if (near.length === bounds.limit || beyond.after >= beyond.to) return near;
    const rest = { ...beyond, limit: bounds.limit - near.length };
    return [...near, ...this.#page(index, filters, values, rest)];
  }

  /** The positions to be looked through first, in the order of reading, and those beyond them. */
  #split(bounds: Bounds): [Bounds, Bounds] {
    const { after } = bounds;
    if (bounds.order === "asc") {
      const middle = Math.min(after + SCAN, bounds.to);
      return [{ ...bounds, to: middle }, { ...bounds, after: middle }];
    }
    const to = Math.min(bounds.to, this.lastPosition());
    const middle = Math.max(to - SCAN, after);
    return [{ ...bounds, after: middle, to }, { ...bounds, to: middle }];
  }

  /** How many events of each source and type there are in a range of positions. */
  count(range: Pick<ReadOptions, "after" | "to">): EventCount[] {
    const { after, to } = readBounds(range);
    return this.#counts.all(after, to).map((row) => ({
      source: String(row["source"]) as EventSource,
      type: String(row["type"]) as EventType,
      count: Number(row["count"]),
    }));
  }

  #page(path: Path, filters: readonly Filter[], values: readonly string[], b: Bounds): LogLine[] {
    const where = conditions(filters);
    // The inner query stays within the index, so that sorting moves positions and no lines.
    const order = b.order === "asc" ? "ORDER BY position" : "ORDER BY position DESC";
    const sql = path === "NOT INDEXED"
      ? `SELECT position, line FROM events NOT INDEXED
         WHERE ${where} ${order} LIMIT ?`
      : `SELECT position, line FROM events WHERE position IN (
           SELECT position FROM events ${path}
           WHERE ${where} ${order} LIMIT ?) ${order}`;
    return this.#statement(sql).all(...values, b.after, b.to, b.limit).map(toLine);
  }

  /** How many events pass the filters within the bounds, and where; the newest `limit` by position. */
  extent(options: ReadOptions): Extent {
    const bounds = this.#narrow(readBounds(options), options);
    const filters = FILTER_NAMES.filter((name) => options[name] !== undefined);
    const values = [...filters.map((name) => options[name] ?? ""), bounds.after, bounds.to];
    // By these, the events of a piece of the positions stand together.
    const from = `FROM events ${keyFor(options)} WHERE ${conditions(filters)}`;
    const sums = this.#statement(
      `SELECT count(*) AS count, coalesce(min(position), 0) AS first,
         coalesce(max(position), 0) AS last ${from}`,
    ).get(...values);
    const newest = this.#statement(`SELECT position ${from} ORDER BY position DESC LIMIT ?`);
    const positions = newest.all(...values, bounds.limit).map((row) => Number(row["position"]));
    const { count, first, last } = { count: 0, first: 0, last: 0, ...sums };
    return {
      count: Number(count),
      first: Number(first),
      last: Number(last),
      positions: positions.reverse(),
    };
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_STATEMENTS) throw new LogFailedError("Too many statements");
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Recorded time never goes down as positions go up, so a bound on it is a bound on positions. */
  #narrow(bounds: Bounds, { recordedFrom, recordedTo }: ReadOptions): Bounds {
    if (recordedFrom === undefined && recordedTo === undefined) return bounds;
    const end = this.lastPosition();
    const before = (time: string) => this.#countBefore(time, end);
    return {
      ...bounds,
      after: recordedFrom === undefined
        ? bounds.after
        : Math.max(bounds.after, before(recordedFrom)),
      to: recordedTo === undefined ? bounds.to : Math.min(bounds.to, before(recordedTo)),
    };
  }

  /** @throws {LogFailedError} where a position between the first that was asked for and the last is missing */
  #assertContiguous(lines: readonly LogLine[], { after, to, order }: Bounds): void {
    const step = order === "asc" ? 1 : -1;
    const first = order === "asc" ? after + 1 : Math.min(to, this.lastPosition());
    for (let at = 0; at < lines.length; at++) {
      const { position } = lines[at]!;
      if (position === first + at * step) continue;
      throw new LogFailedError(`Position ${first + at * step} is missing; ${position} follows`);
    }
  }

  /** Position of the last event, 0 where there is none. */
  lastPosition(): number {
    return Number(this.#end.get()?.["position"]);
  }

  /** How many of the first `end` events were recorded before a time. */
  #countBefore(time: string, end: number): number {
    let low = 0;
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2) + 1;
      const recorded = this.#recordedTime.get(middle)?.["recorded_time"];
      if (typeof recorded !== "string") throw new LogFailedError(`Position ${middle} is missing`);
      if (recorded < time) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The runtime's rows have no prototype; a line is a plain object, as from any other log. */
function toLine({ position, line }: Readonly<Record<string, unknown>>): LogLine {
  if (typeof position === "number" && typeof line === "string") return { position, line };
  throw new LogFailedError(`Position ${position} holds no line`);
}

function conditions(filters: readonly Filter[]): string {
  const all = [...filters.map((name) => FILTERS[name]), "position > ?", "position <= ?"];
  return all.join(" AND ");
}

function keyFor({ subject, type }: ReadOptions): Path {
  if (subject !== undefined) return "INDEXED BY events_by_subject";
  return type === undefined ? "NOT INDEXED" : "INDEXED BY events_by_type";
}

function indexFor({ source, type, subject, timeFrom, timeTo }: ReadOptions): Path | null {
  if (subject !== undefined) return "INDEXED BY events_by_subject";
  if (timeFrom !== undefined || timeTo !== undefined) return "INDEXED BY events_by_time";
  if (type !== undefined) return "INDEXED BY events_by_type";
  return source !== undefined ? "INDEXED BY events_by_identity" : null;
}
