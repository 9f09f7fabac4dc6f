/** What is to be said of a curve in words. */
import { formatMoney } from "../../pnl/money.ts";
import { type Change, changeOf } from "../change.ts";
import { deepestFall, drawdowns, type Fall } from "./drawdown.ts";
import { type Gap, gapsOf } from "./gaps.ts";
import { type Grid, placeOf } from "./grid.ts";
import { isLess, type Point } from "./point.ts";
import type { CurveRange, Span } from "./range.ts";

/** A curve, as far as it decides what is seen. */
export interface Seen {
  readonly range: CurveRange;
  readonly span: Span;
  readonly grid: Grid;
  readonly points: readonly Point[];
}

/** What holds of the points that are seen. */
export interface Facts {
  readonly points: readonly Point[];
  readonly first: Point;
  readonly last: Point;
  /** From the value at the beginning to the one at the end. */
  readonly change: Change;
  /** The highest and the lowest value inside the points. */
  readonly highest: string;
  readonly lowest: string;
  /** Of the values at the points' ends, which are those that are drawn. */
  readonly fall: Fall | null;
  /** How far the last value is below the highest before it; a decimal string, never above zero. */
  readonly below: string;
  readonly gaps: readonly Gap[];
}

/** The points that are seen of a curve: of one that is live all to its end, which is the end of a window. */
export function pointsIn({ points, span, grid, range }: Seen): readonly Point[] {
  const first = placeOf(grid, span.from);
  const last = "preset" in range ? Infinity : placeOf(grid, span.to);
  return points.filter(({ time }) => {
    const place = placeOf(grid, time);
    return place >= first && place <= last;
  });
}

/** The facts of the points that are seen; null where there are none. */
export function factsOf(points: readonly Point[], grid: Grid): Facts | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  return {
    points,
    first,
    last,
    change: changeOf(last.net, first.open),
    highest: points.map(({ high }) => high).reduce((a, b) => isLess(a, b) ? b : a),
    lowest: points.map(({ low }) => low).reduce((a, b) => isLess(b, a) ? b : a),
    fall: deepestFall(points),
    below: formatMoney(drawdowns(points).at(-1)!),
    gaps: gapsOf(points, grid),
  };
}
