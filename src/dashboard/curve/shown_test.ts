/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { gridFor, placeOf } from "./grid.ts";
import { extended, isBeyond, placed } from "./shown.ts";
import { pointAt } from "./test_points.ts";

const NOW = Date.parse("2026-11-22T10:00:00.000Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RAW = gridFor({ from: NOW - HOUR, to: NOW }, 5_000, null);
const DAYS = gridFor({ from: NOW - 365 * 24 * HOUR, to: NOW }, 5_000, null);

Deno.test("placed() keeps every item that has a place of its own as it is", () => {
  const items = [0, 1, 2, 5, 9].map((at) => pointAt(NOW - HOUR + at * 5_000, at, at));
  assert.deepEqual(placed(items, RAW), items);
});

Deno.test("placed() joins items of one place: first open, last value, highest and lowest", () => {
  const grid = { ...RAW, stepMs: 60_000 };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1 }), (cents) => {
      const items = cents.map((each, at) => pointAt(grid.origin + at * 5_000, each));
      const points = placed(items, grid);
      assert.equal(points.length, Math.ceil(items.length / 12));
      for (const point of points) {
        const own = items.filter(({ time }) => placeOf(grid, time) === placeOf(grid, point.time));
        const values = own.map(({ value }) => value);
        assert.equal(point.open, own[0]?.net);
        assert.equal(point.net, own.at(-1)?.net);
        assert.ok(
          own.some(({ net }) => net === point.high) && own.some(({ net }) => net === point.low),
        );
        const high = highestOf(values), low = lowestOf(values);
        assert.equal(own.find(({ net }) => net === point.high)?.value, high);
        assert.equal(own.find(({ net }) => net === point.low)?.value, low);
      }
    }),
  );
});

function highestOf(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => a > b ? a : b);
}

function lowestOf(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => a < b ? a : b);
}

Deno.test("extended() adds what is new, and a window that is final replaces itself", () => {
  const points = [pointAt(NOW - 10_000, 1, 1), pointAt(NOW - 5_000, 2, 2)];
  const next = extended(points, [
    pointAt(NOW - 10_000, 9, 9),
    pointAt(NOW - 5_000, 3, 3),
    pointAt(NOW, 4, 4),
  ], RAW);
  assert.deepEqual(next.map(({ net }) => net), ["0.01", "0.03", "0.04"]);
  assert.equal(next[0], points[0]);
});

Deno.test("extended() gives the same array where nothing is new", () => {
  const points = [pointAt(NOW - 5_000, 2, 2)];
  assert.equal(extended(points, [], RAW), points);
  assert.equal(extended(points, [pointAt(NOW - 5_000, 2, 2)], RAW), points);
  assert.equal(extended(points, [pointAt(NOW - 50_000, 7, 1)], RAW), points);
});

Deno.test("extended() puts snapshots into the bucket that they are in", () => {
  const day = Date.parse("2026-11-22T00:00:00.000Z");
  const points = [pointAt(day, 500)];
  const next = extended(points, [pointAt(NOW, 900, 7), pointAt(NOW + 5_000, 100, 8)], DAYS);
  assert.deepEqual(
    next.map(({ time, open, high, low, net, position }) => ({
      time,
      open,
      high,
      low,
      net,
      position,
    })),
    [{ time: day, open: "5.00", high: "9.00", low: "1.00", net: "1.00", position: null }],
  );
  const tomorrow = extended(next, [
    pointAt(day + 24 * HOUR, 1),
    pointAt(day + 24 * HOUR + 5_000, 2),
  ], DAYS);
  assert.deepEqual(tomorrow.map(({ time, net }) => [time, net]), [
    [day, "0.01"],
    [day + 24 * HOUR, "0.02"],
  ]);
});

Deno.test("isBeyond() is true of what has no place any more", () => {
  const last = RAW.origin + 1_999 * RAW.stepMs;
  assert.equal(isBeyond(pointAt(last, 1), RAW), false);
  assert.equal(isBeyond(pointAt(last + RAW.stepMs, 1), RAW), true);
});
