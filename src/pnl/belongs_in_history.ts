/** Which snapshots make history. */
import type { Snapshot } from "./snapshot_schema.ts";

/**
 * True where a snapshot's figures belong into buckets and onto a curve: they are whole, or are marked only
 * for rows that were rejected or quarantined. While a source is still read from its beginning they climb
 * from nothing, which would draw a history that never was.
 */
export function belongsInHistory({ quality }: Pick<Snapshot, "quality">): boolean {
  if (quality.complete) return true;
  return quality.rejected + quality.quarantined > 0 && quality.pending.length === 0;
}
