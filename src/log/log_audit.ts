/** Reading everything that a log's file holds, for verification. */
import type { DatabaseSync } from "node:sqlite";
import { TILE_WIDTH } from "./compact_range.ts";
import type { HexHash } from "./merkle.ts";

/** A row of `events`. */
export interface StoredRow {
  readonly position: number;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly recorded_time: string;
  readonly line: string;
  readonly leaf: HexHash;
  readonly root: HexHash | null;
}

/** A row of `tiles`. */
export interface StoredTile {
  readonly level: number;
  readonly number: number;
  readonly root: HexHash;
  /** The tile's 256 hashes, joined. */
  readonly hashes: string | null;
}

/** Reads rows as they are stored. */
export class LogAudit {
  readonly #db: DatabaseSync;
  readonly #rows;
  readonly #tile;
  readonly #tileRoots;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#rows = db.prepare(
      `SELECT position, source, id, type, subject, time, recorded_time, line,
         lower(hex(leaf)) AS leaf, CASE WHEN root IS NOT NULL THEN lower(hex(root)) END AS root
       FROM events WHERE position > ? ORDER BY position LIMIT ?`,
    );
    this.#tile = db.prepare(
      `SELECT level, number, lower(hex(root)) AS root, lower(hex(hashes)) AS hashes
       FROM tiles WHERE level = ? AND number = ?`,
    );
    this.#tileRoots = db.prepare(
      `SELECT lower(hex(root)) AS root FROM tiles
       WHERE level = ? AND number >= ? AND number < ? ORDER BY number`,
    );
  }

  /** Number of events, counted. */
  get size(): number {
    return this.#count("SELECT count(*) AS count FROM events NOT INDEXED");
  }

  /** Number of events by the smallest index: quick, for a first look. */
  get indexedSize(): number {
    return this.#count("SELECT count(*) AS count FROM events INDEXED BY events_by_type");
  }

  /** Number of tiles of all levels. */
  get tileCount(): number {
    return this.#count("SELECT count(*) AS count FROM tiles");
  }

  /** A page of rows after a position. */
  rows(after: number, limit: number): StoredRow[] {
    return this.#rows.all(after, limit).map((row) => ({
      position: Number(row["position"]),
      source: String(row["source"]),
      id: String(row["id"]),
      type: String(row["type"]),
      subject: String(row["subject"]),
      time: String(row["time"]),
      recorded_time: String(row["recorded_time"]),
      line: String(row["line"]),
      leaf: String(row["leaf"]),
      root: row["root"] === null ? null : String(row["root"]),
    }));
  }

  /** A tile as stored, or null. */
  tile(level: number, number: number): StoredTile | null {
    const row = this.#tile.get(level, number);
    return row === undefined
      ? null
      : { level, number, root: String(row["root"]), hashes: String(row["hashes"]) };
  }

  /** Roots of the tiles of a level that the tile `number` of the next level is made of. */
  tileRoots(level: number, number: number): HexHash[] {
    const first = number * TILE_WIDTH;
    return this.#tileRoots.all(level, first, first + TILE_WIDTH).map((row) => String(row["root"]));
  }

  /** What SQLite finds wrong with its pages and indexes, an identity that stands twice too; else null. */
  indexFault(): string | null {
    const result = String(this.#db.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"]);
    return result === "ok" ? null : result;
  }

  /** Names of the triggers that protect the log, in order. */
  triggers(): string[] {
    return this.#db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
      .all().map((row) => String(row["name"]));
  }

  #count(sql: string): number {
    return Number(this.#db.prepare(sql).get()?.["count"]);
  }
}
