/** What a projection file holds beside its snapshots. */

/** The lineage of the file: its finals and buckets hold what this prefix of the log makes. */
export interface Checkpoint {
  readonly logId: string;
  readonly position: number;
  /** Merkle root of the log at `position`, hex. */
  readonly root: string;
  /** Recorded time of the event at `position`. */
  readonly recorded: string;
}

/** The fold as text at a position not above the checkpoint's. */
export interface LedgerCheckpoint {
  readonly position: number;
  readonly fold: string;
}

/** A stored final snapshot. */
export interface FinalRow {
  readonly position: number;
  /** End of the window, milliseconds since the epoch. */
  readonly windowEnd: number;
  readonly json: string;
}

/** A stored bucket. */
export interface BucketRow {
  readonly resolution: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** JSON of the metrics of the last final in it. */
  readonly last: string;
}

/** A projection file holds what no projection wrote. */
export class StoreCorruptError extends Error {
  readonly code = "projection_corrupt";
  constructor(what: string, options?: ErrorOptions) {
    super(`Cannot read the projection: ${what}`, options);
    this.name = "StoreCorruptError";
  }
}
