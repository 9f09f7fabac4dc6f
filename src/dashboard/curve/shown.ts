/** What is on the curve: points of history, those that came since, and the value of now. */
import { type Grid, itemTime, MOST_PLACES, placeOf } from "./grid.ts";
import { joined, type Point } from "./point.ts";

/** Puts points into their places, oldest first; several of one place become one. */
export function placed(items: readonly Point[], grid: Grid): Point[] {
  const points: Point[] = [];
  for (const item of items) addTo(points, item, grid);
  return points;
}

/** Adds a point in place; one that is older than the last is there already. */
function addTo(points: Point[], item: Point, grid: Grid): void {
  const last = points.at(-1);
  const place = placeOf(grid, item.time);
  const lastPlace = last === undefined ? -1 : placeOf(grid, last.time);
  if (place < lastPlace || place < 0) return;
  if (last === undefined || place > lastPlace) points.push(item);
  else {points[points.length - 1] = grid.resolution === "raw" && last.time === item.time
      ? item
      : joined(last, item);}
}

/**
 * The curve with snapshots that came after it.
 *
 * @param arrived at the ends of their windows, oldest first
 * @returns the same array where nothing is new
 */
export function extended(
  points: readonly Point[],
  arrived: readonly Point[],
  grid: Grid,
): readonly Point[] {
  const last = points.at(-1);
  const fresh = arrived.map((point) => onGrid(point, grid))
    .filter(({ time }) => last === undefined || time >= last.time);
  if (fresh.length === 0) return points;
  const next = [...points];
  for (const point of fresh) addTo(next, point, grid);
  return next.length === points.length && isSame(next.at(-1), last) ? points : next;
}

function isSame(a: Point | undefined, b: Point | undefined): boolean {
  return a?.time === b?.time && a?.net === b?.net && a?.position === b?.position &&
    a?.high === b?.high && a?.low === b?.low;
}

/** A bucket does not tell a position: what is shown of it may be of several. */
function onGrid(point: Point, grid: Grid): Point {
  if (grid.resolution === "raw") return point;
  return { ...point, time: itemTime(grid, point.time), position: null };
}

/** True where a point would stand beyond the last place that a curve may have. */
export function isBeyond(point: Point, grid: Grid): boolean {
  return placeOf(grid, itemTime(grid, point.time)) >= MOST_PLACES;
}
