/** Checking a whole log against itself: nothing that is stored twice may disagree. */
import { canonicalJson } from "../pnl/canonical.ts";
import { sequenceOf } from "../pnl/event.ts";
import { upcast } from "../pnl/upcast.ts";
import { CompactRange, TILE_WIDTH } from "./compact_range.ts";
import type { StoredRow, StoredTile } from "./log_audit.ts";
import { EMPTY_ROOT, type HexHash, leafHash } from "./merkle.ts";
import type { SqliteEventLog } from "./sqlite_event_log.ts";

/** The first thing that is wrong with a log. */
export interface VerifyFault {
  /** Position of the event at fault; of the last one it covers, for a tile. */
  readonly position: number;
  /** What was compared, such as `leaf` or `recorded_time`. */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** What a verification found. */
export interface VerifyReport {
  readonly logId: string;
  /** Events checked and found good. */
  readonly events: number;
  /** Root over those events, computed from their lines. */
  readonly root: HexHash;
  /** Null where the whole log is good. */
  readonly fault: VerifyFault | null;
}

const PAGE = 1_000;

/** The triggers that refuse to change anything; without one the log could be edited from now on. */
const TRIGGERS = [
  "events_only_appended",
  "events_refuse_delete",
  "events_refuse_update",
  "log_refuse_delete",
  "log_refuse_second",
  "log_refuse_update",
  "tiles_refuse_delete",
  "tiles_refuse_twin",
  "tiles_refuse_update",
];

/** Thrown within a verification to end it at the first fault. */
class FaultFound extends Error {
  constructor(readonly fault: VerifyFault) {
    super(fault.what);
  }
}

function check(position: number, what: string, expected: unknown, actual: unknown): void {
  if (expected === actual) return;
  throw new FaultFound({ position, what, expected: String(expected), actual: String(actual) });
}

function parse(position: number, line: string): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(line);
    upcast(event);
    return event as Readonly<Record<string, unknown>>;
  } catch (error) {
    const actual = error instanceof Error ? error.message : String(error);
    throw new FaultFound({ position, what: "line", expected: "an event", actual });
  }
}

/** Walks the rows in order and keeps what the next row is held against. */
class Verification {
  readonly #range = CompactRange.empty();
  readonly #leaves: HexHash[] = [];
  readonly #tiles: (tile: StoredTile) => void;
  #recordedTime = "";
  #root: HexHash | null = EMPTY_ROOT;

  constructor(tiles: (tile: StoredTile) => void) {
    this.#tiles = tiles;
  }

  get events(): number {
    return this.#range.size;
  }

  root(): HexHash {
    return this.#range.root();
  }

  row(row: StoredRow): void {
    const position = this.#range.size + 1;
    check(position, "position", position, row.position);
    const event = parse(position, row.line);
    check(position, "canonical form", canonicalJson(event), row.line);
    check(position, "sequence", sequenceOf(position), event["sequence"]);
    check(position, "recorded_time", event["recordedtime"], row.recorded_time);
    for (const column of ["source", "id", "type", "subject", "time"] as const) {
      check(position, column, event[column], row[column]);
    }
    if (row.recorded_time < this.#recordedTime) {
      check(position, "recorded_time", `not before ${this.#recordedTime}`, row.recorded_time);
    }
    this.#recordedTime = row.recorded_time;
    this.#tree(position, row);
  }

  /** The last row has to say the root, for it is the log's head. */
  end(): void {
    check(this.events, "root", this.root(), this.#root);
  }

  #tree(position: number, row: StoredRow): void {
    const leaf = leafHash(row.line);
    check(position, "leaf", leaf, row.leaf);
    this.#leaves.push(leaf);
    const hashes = this.#leaves.length === TILE_WIDTH ? this.#leaves.splice(0).join("") : null;
    this.#range.append(leaf, (level, number, root) => {
      this.#tiles({ level, number, root, hashes: level === 0 ? hashes : null });
    });
    this.#root = row.root;
    if (row.root !== null) check(position, "root", this.#range.root(), row.root);
  }
}

/**
 * Verifies a log: positions without gaps, every line canonical and equal to its columns, recorded time
 * never going down, leaves, tiles and roots those of the lines, every identity once, every trigger in its
 * place. Only the lines are
 * believed; all else is computed from them.
 *
 * @param onProgress called about every thousand events with how many are done, and how many there are
 */
export function verifyLog(
  log: SqliteEventLog,
  onProgress: (done: number, total: number) => void = () => {},
): VerifyReport {
  return log.audit((audit) => {
    const total = audit.size;
    const verification = new Verification((tile) => {
      const position = (tile.number + 1) * TILE_WIDTH ** (tile.level + 1);
      const stored = audit.tile(tile.level, tile.number);
      check(position, `root of tile ${tile.level}/${tile.number}`, tile.root, stored?.root);
      const hashes = tile.hashes ?? audit.tileRoots(tile.level - 1, tile.number).join("");
      check(position, `hashes of tile ${tile.level}/${tile.number}`, hashes, stored?.hashes);
    });
    let fault: VerifyFault | null = null;
    try {
      for (let rows = audit.rows(0, PAGE); rows.length > 0;) {
        for (const row of rows) verification.row(row);
        onProgress(verification.events, total);
        rows = audit.rows(verification.events, PAGE);
      }
      verification.end();
      check(total, "number of tiles", tilesOf(total), audit.tileCount);
      check(total, "entries of each index", "complete", audit.indexFault() ?? "complete");
      check(total, "triggers", TRIGGERS.join(" "), audit.triggers().join(" "));
    } catch (error) {
      if (!(error instanceof FaultFound)) throw error;
      fault = error.fault;
    }
    return { logId: log.id, events: verification.events, root: verification.root(), fault };
  });
}

/** How many full tiles a log of this size has, over all levels. */
function tilesOf(size: number): number {
  let count = 0;
  for (let full = Math.floor(size / TILE_WIDTH); full > 0; full = Math.floor(full / TILE_WIDTH)) {
    count += full;
  }
  return count;
}
