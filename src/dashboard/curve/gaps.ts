/** Where the curve has no data: nothing was recorded for longer than is usual. */
import type { Grid, Resolution } from "./grid.ts";
import type { Point } from "./point.ts";

/** A stretch without data. */
export interface Gap {
  /** Index of the last point before it. */
  readonly after: number;
  /** Milliseconds since the epoch: the points on both sides. */
  readonly from: number;
  readonly to: number;
}

/**
 * A quiet log has no final in every window, and the value holds meanwhile. So much longer than an item,
 * in milliseconds, is no quiet time any more; each UTC day has at least the event of its beginning.
 */
const LONGEST_QUIET_MS: Readonly<Record<Resolution, number>> = {
  raw: 600_000,
  "1m": 3_600_000,
  "1h": 10_800_000,
  "1d": 86_400_000,
};

/** The gaps between points. */
export function gapsOf(points: readonly Point[], { resolution, stepMs }: Grid): Gap[] {
  const most = Math.max(LONGEST_QUIET_MS[resolution], stepMs);
  return points.flatMap((point, after): Gap[] => {
    const next = points[after + 1];
    if (next === undefined || next.time - point.time <= most) return [];
    return [{ after, from: point.time, to: next.time }];
  });
}
