/** Drawdown: how far the curve is below its highest value so far. Exact. */
import { minus, type Money, ZERO } from "../../pnl/money.ts";
import type { Point } from "./point.ts";

/** Each point's value less the highest up to it: never above zero. */
export function drawdowns(points: readonly Point[]): Money[] {
  let peak: Money | null = null;
  return points.map(({ value }) => {
    peak = peak === null || value > peak ? value : peak;
    return minus(value, peak);
  });
}

/** The deepest fall of a curve. */
export interface Fall {
  /** Below zero. */
  readonly depth: Money;
  /** Where it began: the highest value before the deepest. */
  readonly peak: Point;
  readonly trough: Point;
}

/** The deepest fall; null where the curve never fell. The first of several that are equally deep. */
export function deepestFall(points: readonly Point[]): Fall | null {
  const depths = drawdowns(points);
  let [deepest, at] = [ZERO, -1];
  depths.forEach((depth, index) => {
    if (depth < deepest) [deepest, at] = [depth, index];
  });
  const trough = points[at];
  if (trough === undefined) return null;
  const peak = points.slice(0, at).reduce((best, each) => each.value >= best.value ? each : best);
  return { depth: deepest, peak, trough };
}
