/** A value of the curve, as history or a snapshot gives it. */
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import { belongsInHistory } from "../../pnl/belongs_in_history.ts";
import { type Money, parseMoney } from "../../pnl/money.ts";
import type { Snapshot } from "../../pnl/snapshot_schema.ts";

/** Net P&L over a bucket, or at the end of a window. Amounts are the server's decimal strings. */
export interface Point {
  /** Start of the bucket, or end of the window, in milliseconds since the epoch. */
  readonly time: number;
  /** Net P&L at the end of it. */
  readonly net: string;
  /** The same, to compute with. */
  readonly value: Money;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  /** Position of the log that the value is of; null where a bucket does not tell. */
  readonly position: number | null;
}

/** A bucket as `/api/pnl/history` gives it. */
export interface BucketItem {
  readonly start: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
}

/** The point of a bucket. */
export function bucketPoint({ start, open, high, low, close }: BucketItem): Point {
  const value = parseMoney(close);
  return { time: Date.parse(start), net: close, value, open, high, low, position: null };
}

/** The point of a snapshot, at the end of its window. */
export function snapshotPoint({ window, metrics, position }: Snapshot): Point {
  const net = metrics.netPnl;
  const time = Date.parse(window.end);
  return { time, net, value: parseMoney(net), open: net, high: net, low: net, position };
}

/** The point of what the line brought; null where it holds no figures of a curve. */
export function deliveredPoint(snapshot: DeliveredSnapshot): Point | null {
  return snapshot.served.from === "default" || !belongsInHistory(snapshot)
    ? null
    : snapshotPoint(snapshot);
}

/** True where an amount is less than another; both are decimal strings. */
export function isLess(a: string, b: string): boolean {
  return parseMoney(a) < parseMoney(b);
}

/** Two points of one place on the curve as one; the later one says how it ended, and when it is shown. */
export function joined(earlier: Point, later: Point): Point {
  return {
    ...later,
    time: earlier.time,
    open: earlier.open,
    high: isLess(earlier.high, later.high) ? later.high : earlier.high,
    low: isLess(later.low, earlier.low) ? later.low : earlier.low,
  };
}
