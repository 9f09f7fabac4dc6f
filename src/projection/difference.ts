import type { Final } from "./final.ts";
import type { StoreReader } from "./store_reader.ts";

/** Where a replay and what is stored are not the same. */
export interface Difference {
  readonly what: "final" | "fold" | "bucket" | "checkpoint";
  /** Of the final; for the others, how far the replay was. */
  readonly position: number;
  /** What is stored; null where it is missing. */
  readonly stored: string | null;
  /** What the log makes; null where it makes none. */
  readonly recomputed: string | null;
}

/**
 * Holds finals that the log makes against the stored ones after a position, row by row.
 *
 * @param made oldest first, all that there are between `after` and the last of them
 * @returns the first one that is not the same, is missing, or is too many; null where all are the same
 */
export function firstFinalDifference(
  reader: StoreReader,
  after: number,
  made: readonly Final[],
): Difference | null {
  if (made.length === 0) return null;
  const stored = reader.finalsAfter(after, made.length);
  for (const [index, { position, json }] of made.entries()) {
    const row = stored[index];
    if (row === undefined || row.position > position) {
      return { what: "final", position, stored: null, recomputed: json };
    }
    if (row.position < position) {
      return { what: "final", position: row.position, stored: row.json, recomputed: null };
    }
    if (row.json !== json) return { what: "final", position, stored: row.json, recomputed: json };
  }
  return null;
}
