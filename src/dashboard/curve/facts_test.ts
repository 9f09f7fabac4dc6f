/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { factsOf, pointsIn } from "./facts.ts";
import { gridFor } from "./grid.ts";
import type { CurveRange } from "./range.ts";
import { pointAt } from "./test_points.ts";

const NOW = Date.parse("2026-11-22T10:00:00.000Z");
const GRID = gridFor({ from: NOW - 3_600_000, to: NOW }, 5_000, null);
const POINTS = [500, 900, 300, 700].map((cents, at) => pointAt(NOW - 20_000 + at * 5_000, cents));

Deno.test("factsOf() tells change, extremes and drawdown", () => {
  const facts = factsOf(POINTS, GRID);
  assert.deepEqual(facts?.change, { amount: "2.00", percent: "40.00" });
  assert.equal(facts?.highest, "9.00");
  assert.equal(facts?.lowest, "3.00");
  assert.equal(facts?.fall?.depth, -6_000_000_000n);
  assert.equal(facts?.below, "-2.00");
  assert.equal(factsOf([], GRID), null);
});

Deno.test("pointsIn() leaves out what lies beside a span, and nothing at the end of a live one", () => {
  const span = { from: NOW - 15_000, to: NOW - 10_000 };
  const seen = { span, grid: GRID, points: POINTS };
  const nets = (range: CurveRange) => pointsIn({ ...seen, range }).map(({ net }) => net);
  assert.deepEqual(nets({ custom: span }), ["9.00", "3.00"]);
  assert.deepEqual(nets({ preset: "1h" }), ["9.00", "3.00", "7.00"]);
});
