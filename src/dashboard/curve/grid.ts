/** Where points stand on the curve: places of equal length, so that its axis is true to time. */
import type { Span } from "./range.ts";

/** The resolutions of history, finest first. */
export type Resolution = "raw" | "1m" | "1h" | "1d";

/** Places in a row. */
export interface Grid {
  readonly resolution: Resolution;
  /** Length of what the server gives one item for, in milliseconds. */
  readonly itemMs: number;
  /** Length of a place; a whole number of items. */
  readonly stepMs: number;
  /** Beginning of the first place, milliseconds since the epoch. */
  readonly origin: number;
  /** How many places there are now. */
  readonly places: number;
}

/** A curve has at most so many places. */
export const MOST_PLACES = 2_000;

/** Places that are left for what comes after a curve is loaded, before it has to be loaded again. */
const ROOM = 100;

/** Items of a resolution that are asked for at most; a snapshot is much longer than a bucket. */
const MOST_ITEMS = { raw: 1_500, "1m": 3_000, "1h": 3_000, "1d": Infinity } as const;

const BUCKET_MS = { "1m": 60_000, "1h": 3_600_000, "1d": 86_400_000 } as const;

const RESOLUTIONS = ["raw", "1m", "1h", "1d"] as const;

/**
 * The grid of a span, of the finest resolution that is not too much to ask for.
 *
 * @param windowMs length of the server's windows
 * @param first from when history exists, in milliseconds since the epoch
 */
export function gridFor(span: Span, windowMs: number, first: number | null): Grid {
  const known = span.to - Math.max(span.from, first ?? span.from);
  const lengthOf = (resolution: Resolution) =>
    resolution === "raw" ? windowMs : BUCKET_MS[resolution];
  const resolution =
    RESOLUTIONS.find((each) =>
      lengthOf(each) >= windowMs && known / lengthOf(each) <= MOST_ITEMS[each]
    ) ?? "1d";
  const itemMs = lengthOf(resolution);
  const items = Math.ceil((span.to - span.from) / itemMs) + 1;
  const stepMs = itemMs * Math.ceil(items / (MOST_PLACES - ROOM));
  const origin = Math.floor(span.from / stepMs) * stepMs;
  const places = Math.min(Math.floor((span.to - origin) / stepMs) + 1, MOST_PLACES);
  return { resolution, itemMs, stepMs, origin, places };
}

/** The place of a point's time. A window that ends in a bucket's last instant belongs to that bucket. */
export function placeOf({ origin, stepMs }: Grid, time: number): number {
  return Math.floor((time - origin) / stepMs);
}

/** The beginning of a place. */
export function timeOf({ origin, stepMs }: Grid, place: number): number {
  return origin + place * stepMs;
}

/** The time that a window's end has on the grid: its own, or the start of the bucket that it is in. */
export function itemTime({ resolution, itemMs }: Grid, windowEnd: number): number {
  return resolution === "raw" ? windowEnd : Math.floor((windowEnd - 1) / itemMs) * itemMs;
}
