/** What the chart draws: the points in their places, and places without one. */
import type { Money } from "../../pnl/money.ts";
import { drawdowns } from "./drawdown.ts";
import type { Gap } from "./gaps.ts";
import { type Grid, MOST_PLACES, placeOf, timeOf } from "./grid.ts";
import type { Point } from "./point.ts";

/** What the chart shows. */
export interface ChartInput {
  readonly grid: Grid;
  readonly points: readonly Point[];
  readonly gaps: readonly Gap[];
  /** There are places up to this time. */
  readonly until: number;
  /** Moves the axis, in milliseconds. */
  readonly shift: number;
}

/** A place of the chart. */
export interface Place {
  readonly place: number;
  /** As the chart counts it: seconds. */
  readonly time: number;
  /** Null where nothing stands there; `gap`: nothing is drawn from here to the next. */
  readonly value: { readonly net: number; readonly drawdown: number; readonly gap: boolean } | null;
}

const NANOS = 1e9;

/** An amount as pixels are drawn by: the text beside the chart is exact, a pixel need not be. */
function drawn(amount: Money): number {
  return Number(amount) / NANOS;
}

/** Places from `first` on, up to the last point or to now. */
export function placesFrom(input: ChartInput, first: number): Place[] {
  const { grid, points, gaps, shift, until } = input;
  const falls = drawdowns(points);
  const at = new Map(points.map((point, index) => [placeOf(grid, point.time), index]));
  // Unseen before the first value after a gap, so that no line leads there from the last one before it.
  const hidden = new Map(gaps.map(({ after, to }) => [placeOf(grid, to) - 1, after + 1]));
  // The last value before a gap holds for one place, so that one that stands alone is seen too.
  for (const { after, from } of gaps) hidden.set(placeOf(grid, from) + 1, after);
  const lastPoint = points.at(-1);
  const last = Math.max(
    grid.places - 1,
    lastPoint === undefined ? 0 : placeOf(grid, lastPoint.time),
    Math.min(placeOf(grid, until), MOST_PLACES - 1),
  );
  const places: Place[] = [];
  for (let place = first; place <= last; place++) {
    const own = at.get(place);
    const index = own ?? hidden.get(place) ?? -1;
    const point = points[index];
    const value = point === undefined
      ? null
      : { net: drawn(point.value), drawdown: drawn(falls[index]!), gap: own === undefined };
    places.push({ place, time: (timeOf(grid, place) + shift) / 1000, value });
  }
  return places;
}

/**
 * From which place on a chart has to be drawn again, where the rest is as it was.
 *
 * @returns 0 where all has to be
 */
export function firstChanged(before: ChartInput | null, after: ChartInput): number {
  if (before === null || before.grid !== after.grid || before.shift !== after.shift) return 0;
  const kept = before.points.length - 1;
  const isPrefix = kept >= 1 && after.points.length > kept &&
    before.points[0] === after.points[0] && before.points[kept - 1] === after.points[kept - 1] &&
    before.gaps.length === after.gaps.length;
  return isPrefix ? placeOf(after.grid, before.points[kept]!.time) : 0;
}
