/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { waterfallShape } from "./waterfall_shape.ts";
import type { Step } from "./waterfall_steps.ts";

function step(kind: Step["kind"], amount: string, running: string): Step {
  return { label: "", kind, of: "Total", amount, running, metric: "netPnl" };
}

Deno.test("waterfallShape() hangs each bar where the one before ended, and totals at zero", () => {
  const { bars, zero } = waterfallShape([
    step("part", "100.00", "100.00"),
    step("part", "-25.00", "75.00"),
    step("total", "75.00", "75.00"),
    step("part", "-175.00", "-100.00"),
    step("total", "-100.00", "-100.00"),
  ]);
  assert.equal(zero, 50);
  assert.deepEqual(bars.map(({ x, width, tone }) => [x, width, tone]), [
    [50, 50, "up"],
    [87.5, 12.5, "down"],
    [50, 37.5, "total"],
    [0, 87.5, "down"],
    [0, 50, "total"],
  ]);
});

Deno.test("waterfallShape() shows an amount of nothing as a thin bar within the drawing", () => {
  const { bars } = waterfallShape([
    step("part", "10.00", "10.00"),
    step("part", "0.00", "10.00"),
    step("total", "0.00", "0.00"),
  ]);
  assert.ok(bars.every(({ x, width }) => width > 0 && x >= 0 && x + width <= 100));
  assert.ok(waterfallShape([step("total", "0.00", "0.00")]).bars.every(({ x }) => x === 0));
});
