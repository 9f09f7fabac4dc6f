import { belongsInHistory } from "../pnl/belongs_in_history.ts";
import { snapshotJson } from "../pnl/snapshot.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import type { Frame } from "./frame.ts";

/** A final snapshot on its way into the store. */
export interface Final {
  /** Of the last event in the window. */
  readonly position: number;
  /** Start and end of the window, milliseconds since the epoch. */
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly complete: boolean;
  readonly inBuckets: boolean;
  readonly metrics: Snapshot["metrics"];
  /** Canonical JSON. */
  readonly json: string;
}

/** The final snapshot that the fold gave, as it is stored. */
export function finalOf(snapshot: Snapshot): Final {
  return {
    position: snapshot.position,
    windowStart: Date.parse(snapshot.window.start),
    windowEnd: Date.parse(snapshot.window.end),
    complete: snapshot.quality.complete,
    inBuckets: belongsInHistory(snapshot),
    metrics: snapshot.metrics,
    json: snapshotJson(snapshot),
  };
}

/** The frame that brings a final snapshot to readers. */
export function finalFrame(epoch: string, position: number, json: string): Frame {
  return { epoch, offset: 2 * position + 1, position, final: true, json };
}
