/** Where the crosshair is: set by the pointer and by keys, shown on the chart and as text. */
import { createStore } from "zustand/vanilla";
import type { Point } from "./point.ts";

/** The crosshair. */
export interface Cursor {
  /** Milliseconds since the epoch; null where it is not shown. */
  readonly time: number | null;
  /** Set by a key: then it is announced, and drawn by us. */
  readonly byKey: boolean;
}

/** The crosshair of the curve. */
export const cursor = createStore<Cursor>(() => ({ time: null, byKey: false }));

/** Index of the last point at or before a time; -1 where there is none. */
export function indexAt(points: readonly Point[], time: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.time <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The index that a key moves to; null where the key moves nothing. */
export function movedIndex(
  key: string,
  isFast: boolean,
  index: number,
  count: number,
): number | null {
  const page = Math.max(1, Math.round(count / 10));
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: index - (isFast ? page : 1),
    ArrowRight: index + (isFast ? page : 1),
    ArrowDown: index - 1,
    ArrowUp: index + 1,
    PageDown: index - page,
    PageUp: index + page,
    Home: 0,
    End: count - 1,
  };
  const to = moves[key];
  return to === undefined ? null : Math.min(Math.max(to, 0), count - 1);
}
