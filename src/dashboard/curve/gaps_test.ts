/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { placesFrom } from "./chart_data.ts";
import { gapsOf } from "./gaps.ts";
import { gridFor } from "./grid.ts";
import { pointAt } from "./test_points.ts";

const NOW = Date.parse("2026-11-22T10:00:00.000Z");
const GRID = gridFor({ from: NOW - 3_600_000, to: NOW }, 5_000, null);
const at = (seconds: number) => NOW - 3_600_000 + seconds * 1000;

Deno.test("gapsOf() finds where nothing was recorded for longer than is usual", () => {
  const points = [
    pointAt(at(0), 1),
    pointAt(at(600), 2),
    pointAt(at(1_205), 3),
    pointAt(at(1_210), 4),
  ];
  assert.deepEqual(gapsOf(points, GRID), [{ after: 1, from: at(600), to: at(1_205) }]);
  assert.deepEqual(gapsOf([], GRID), []);
});

Deno.test("placesFrom() draws nothing in a gap, and a value that stands alone for one place", () => {
  const points = [pointAt(at(0), 1), pointAt(at(700), 2), pointAt(at(1_500), 3)];
  const gaps = gapsOf(points, GRID);
  const places = placesFrom({ grid: GRID, points, gaps, until: NOW, shift: 0 }, 0);
  assert.equal(places.length, 721);
  const drawn = places.filter(({ value }) => value !== null)
    .map(({ place, value }) => [place, value?.net, value?.gap]);
  assert.deepEqual(drawn, [
    ...[[0, 0.01, false], [1, 0.01, true]],
    ...[[139, 0.02, true], [140, 0.02, false], [141, 0.02, true]],
    ...[[299, 0.03, true], [300, 0.03, false]],
  ]);
});

Deno.test("placesFrom() moves the axis and keeps its places", () => {
  const input = { grid: GRID, points: [pointAt(at(0), 1)], gaps: [], until: NOW, shift: 3_600_000 };
  const [first] = placesFrom(input, 0);
  assert.equal(first?.time, at(3_600) / 1000);
});

Deno.test("placesFrom() goes on to now in a quiet time, and never beyond the last place", () => {
  const input = { grid: GRID, points: [pointAt(at(0), 1)], gaps: [], shift: 0 };
  assert.equal(placesFrom({ ...input, until: NOW + 50_000 }, 0).length, 731);
  assert.equal(placesFrom({ ...input, until: NOW + 86_400_000 }, 0).length, 2_000);
});
