/** Buckets of history: net P&L over a minute, an hour, a UTC day, as open, high, low, close. */
import { parseMoney } from "../pnl/money.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import type { Resolution } from "./projection.ts";

/** Resolutions that have buckets. */
export type BucketResolution = Exclude<Resolution, "raw">;

/** Length of a bucket, milliseconds; aligned to the epoch. */
export const BUCKET_MS: Readonly<Record<BucketResolution, number>> = {
  "1m": 60_000,
  "1h": 3_600_000,
  "1d": 86_400_000,
};

/** One bucket. Prices are decimal strings in dollars. */
export interface Bucket {
  readonly resolution: BucketResolution;
  /** Start, milliseconds since the epoch. */
  readonly start: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** The metrics of the last final in it. */
  readonly last: Snapshot["metrics"];
}

/**
 * The start of the bucket that a window ending at `endMs` belongs to: a window that ends at midnight
 * is the last of its day.
 */
export function bucketStart(resolution: BucketResolution, endMs: number): number {
  const length = BUCKET_MS[resolution];
  return Math.floor((endMs - 1) / length) * length;
}

/** The bucket after one more final, or a new one where `held` is of an earlier span. */
export function addToBucket(
  held: Bucket | undefined,
  resolution: BucketResolution,
  endMs: number,
  metrics: Snapshot["metrics"],
): Bucket {
  const start = bucketStart(resolution, endMs);
  const net = metrics.netPnl;
  if (held === undefined || held.start !== start) {
    return { resolution, start, open: net, high: net, low: net, close: net, last: metrics };
  }
  if (net === held.close) return { ...held, last: metrics };
  const value = parseMoney(net);
  return {
    ...held,
    high: value > parseMoney(held.high) ? net : held.high,
    low: value < parseMoney(held.low) ? net : held.low,
    close: net,
    last: metrics,
  };
}

/** The item of history that a bucket is, as JSON. */
export function bucketJson(bucket: Omit<Bucket, "resolution" | "last">, lastJson: string): string {
  const { start, open, high, low, close } = bucket;
  const head = JSON.stringify({ start: new Date(start).toISOString(), open, high, low, close });
  return `${head.slice(0, -1)},"last":${lastJson}}`;
}
