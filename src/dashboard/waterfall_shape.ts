/** Where the bars of the waterfall stand: places of a drawing, for which doubles are good enough. */
import type { Step } from "./waterfall_steps.ts";

/** A bar; lengths are percent of the width. */
export interface Bar {
  readonly x: number;
  readonly width: number;
  /** Where its amount ends, and the next one begins. */
  readonly end: number;
  readonly tone: "up" | "down" | "total";
}

/** The bars of all steps, and where zero is. */
export interface WaterfallShape {
  readonly bars: readonly Bar[];
  readonly zero: number;
}

/** A bar is never thinner, so that a small amount is still seen. */
const THINNEST = 0.4;

/** Fits steps into a width of 100. */
export function waterfallShape(steps: readonly Step[]): WaterfallShape {
  const spans = steps.map(({ kind, amount, running }) => {
    const to = Number(running);
    return { from: kind === "total" ? 0 : to - Number(amount), to };
  });
  const ends = spans.flatMap(({ from, to }) => [from, to]);
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const place = (value: number) => high === low ? 0 : (value - low) / (high - low) * 100;
  return {
    zero: place(0),
    bars: spans.map(({ from, to }, index) => {
      const [left, right] = [place(Math.min(from, to)), place(Math.max(from, to))];
      const width = Math.max(right - left, THINNEST);
      return {
        x: Math.min(left, 100 - width),
        width,
        end: place(to),
        tone: steps[index]?.kind === "total" ? "total" : to < from ? "down" : "up",
      };
    }),
  };
}
