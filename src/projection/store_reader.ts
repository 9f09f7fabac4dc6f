import { hash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { preparedOnce } from "../sqlite/statements.ts";
import type { Bucket, BucketResolution } from "./bucket.ts";
import type { Identity } from "./epoch.ts";
import {
  type BucketRow,
  type Checkpoint,
  type FinalRow,
  type LedgerCheckpoint,
  StoreCorruptError,
} from "./stored.ts";

/** A row as node:sqlite gives it. */
type Row = Readonly<Record<string, unknown>>;

/** The most rows that one question may bring. */
const MAX_ROWS = 10_001;

/** The SHA-256 that is kept beside the text of a fold. */
export function foldDigest(fold: string): string {
  return hash("sha256", fold, "hex");
}

/** Reads a projection file. Statements are prepared once. */
export class StoreReader {
  readonly #statement: (sql: string) => StatementSync;

  constructor(db: DatabaseSync) {
    this.#statement = preparedOnce(db);
  }

  /** What the file is a projection of; null where it was never said. */
  identity(): Identity | null {
    const row = this.#one("SELECT log_id, fold_version, window_ms FROM identity");
    if (row === undefined) return null;
    return {
      logId: text(row, "log_id"),
      foldVersion: integer(row, "fold_version"),
      windowMs: integer(row, "window_ms"),
    };
  }

  /** How far the file goes; null before the first event. */
  checkpoint(): Checkpoint | null {
    const row = this.#one("SELECT log_id, position, root, recorded FROM checkpoint");
    if (row === undefined) return null;
    return {
      logId: text(row, "log_id"),
      position: integer(row, "position"),
      root: text(row, "root"),
      recorded: text(row, "recorded"),
    };
  }

  /**
   * The last checkpoint of the fold; null where there is none yet.
   *
   * @throws {StoreCorruptError} where the text is not the one that was written
   */
  ledger(): LedgerCheckpoint | null {
    const row = this.#one("SELECT position, digest, fold FROM ledger");
    if (row === undefined) return null;
    const fold = text(row, "fold");
    const position = integer(row, "position");
    if (foldDigest(fold) !== text(row, "digest")) {
      throw new StoreCorruptError(`the fold at position ${position} has another digest`);
    }
    return { position, fold };
  }

  /** Finals with a position above `after`, oldest first. */
  finalsAfter(after: number, limit: number): FinalRow[] {
    return this.#all(
      "SELECT position, window_end, json FROM finals WHERE position > ? ORDER BY position LIMIT ?",
      after,
      bounded(limit),
    ).map(finalRow);
  }

  /** Finals with a position below `before`, newest first. */
  finalsBefore(before: number, limit: number): FinalRow[] {
    return this.#all(
      `SELECT position, window_end, json FROM finals WHERE position < ?
       ORDER BY position DESC LIMIT ?`,
      before,
      bounded(limit),
    ).map(finalRow);
  }

  /** The newest finals, oldest first. */
  newestFinals(limit: number): FinalRow[] {
    return this.#all(
      "SELECT position, window_end, json FROM finals ORDER BY position DESC LIMIT ?",
      bounded(limit),
    ).map(finalRow).reverse();
  }

  /** Finals whose window ends in [from, to), oldest first; milliseconds since the epoch. */
  finalsByEnd(from: number, to: number, limit: number): FinalRow[] {
    return this.#all(
      `SELECT position, window_end, json FROM finals WHERE window_end >= ? AND window_end < ?
       ORDER BY window_end LIMIT ?`,
      from,
      to,
      bounded(limit),
    ).map(finalRow);
  }

  /** Start of the oldest final's window, milliseconds since the epoch; null where there is none. */
  firstWindow(): number | null {
    const row = this.#one("SELECT window_start FROM finals ORDER BY position LIMIT 1");
    return row === undefined ? null : integer(row, "window_start");
  }

  /** How many finals have their window's end in [from, to), counted up to `most`. */
  countFinalsByEnd(from: number, to: number, most: number): number {
    const row = this.#one(
      `SELECT count(*) AS n FROM (
         SELECT 1 FROM finals WHERE window_end >= ? AND window_end < ? LIMIT ?)`,
      from,
      to,
      bounded(most),
    );
    return row === undefined ? 0 : integer(row, "n");
  }

  /** Position of the newest final; null where there is none. */
  newestFinal(): number | null {
    const row = this.#one("SELECT position FROM finals ORDER BY position DESC LIMIT 1");
    return row === undefined ? null : integer(row, "position");
  }

  /** How many finals there are. */
  countFinals(): number {
    const row = this.#one("SELECT count(*) AS n FROM finals");
    return row === undefined ? 0 : integer(row, "n");
  }

  /** Buckets that start in [from, to), oldest first; milliseconds since the epoch. */
  buckets(resolution: BucketResolution, from: number, to: number, limit: number): BucketRow[] {
    return this.#all(
      `SELECT resolution, start, open, high, low, close, last FROM buckets
       WHERE resolution = ? AND start >= ? AND start < ? ORDER BY start LIMIT ?`,
      resolution,
      from,
      to,
      bounded(limit),
    ).map(bucketRow);
  }

  /** Start of the oldest bucket, milliseconds since the epoch; null where there is none. */
  firstBucket(resolution: BucketResolution): number | null {
    const row = this.#one(
      "SELECT start FROM buckets WHERE resolution = ? ORDER BY start LIMIT 1",
      resolution,
    );
    return row === undefined ? null : integer(row, "start");
  }

  /** How many buckets start in [from, to), counted up to `most`. */
  countBucketsFrom(resolution: BucketResolution, from: number, to: number, most: number): number {
    const row = this.#one(
      `SELECT count(*) AS n FROM (
         SELECT 1 FROM buckets WHERE resolution = ? AND start >= ? AND start < ? LIMIT ?)`,
      resolution,
      from,
      to,
      bounded(most),
    );
    return row === undefined ? 0 : integer(row, "n");
  }

  /** How many buckets of a resolution there are. */
  countBuckets(resolution: BucketResolution): number {
    const row = this.#one("SELECT count(*) AS n FROM buckets WHERE resolution = ?", resolution);
    return row === undefined ? 0 : integer(row, "n");
  }

  /** The newest bucket of a resolution. */
  newestBucket(resolution: BucketResolution): Bucket | null {
    const row = this.#one(
      `SELECT resolution, start, open, high, low, close, last FROM buckets
       WHERE resolution = ? ORDER BY start DESC LIMIT 1`,
      resolution,
    );
    if (row === undefined) return null;
    const { start, open, high, low, close, last } = bucketRow(row);
    return { resolution, start, open, high, low, close, last: JSON.parse(last) };
  }

  /** A read model as it was last kept. */
  model(key: string): { readonly offset: number; readonly json: string } | null {
    const row = this.#one("SELECT offset, json FROM models WHERE key = ?", key);
    return row === undefined ? null : { offset: integer(row, "offset"), json: text(row, "json") };
  }

  #one(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: (string | number)[]): Row[] {
    return this.#statement(sql).all(...values);
  }
}

function bounded(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_ROWS) {
    throw new RangeError(`Cannot read ${limit} rows: the limit is 1 to ${MAX_ROWS}`);
  }
  return limit;
}

function finalRow(row: Row): FinalRow {
  return {
    position: integer(row, "position"),
    windowEnd: integer(row, "window_end"),
    json: text(row, "json"),
  };
}

function bucketRow(row: Row): BucketRow {
  return {
    resolution: text(row, "resolution"),
    start: integer(row, "start"),
    open: text(row, "open"),
    high: text(row, "high"),
    low: text(row, "low"),
    close: text(row, "close"),
    last: text(row, "last"),
  };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new StoreCorruptError(`${column} is no text`);
  return value;
}

function integer(row: Row, column: string): number {
  const value = row[column];
  if (!Number.isSafeInteger(value)) throw new StoreCorruptError(`${column} is no integer`);
  return Number(value);
}
