/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { gridFor, itemTime, MOST_PLACES, placeOf, timeOf } from "./grid.ts";

const NOW = Date.parse("2026-11-22T10:00:00.000Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function resolutionOf(length: number, windowMs = 5_000, knownMs = length) {
  return gridFor({ from: NOW - length, to: NOW }, windowMs, NOW - knownMs).resolution;
}

Deno.test("gridFor() takes the finest resolution that is not too much to ask for", () => {
  assert.equal(resolutionOf(HOUR), "raw");
  assert.equal(resolutionOf(DAY), "1m");
  assert.equal(resolutionOf(7 * DAY), "1h");
  assert.equal(resolutionOf(92 * DAY), "1h");
  assert.equal(resolutionOf(365 * DAY), "1d");
  assert.equal(resolutionOf(HOUR, 100), "1m", "more windows than are asked for");
  assert.equal(resolutionOf(DAY, 5_000, HOUR), "raw", "a day of which an hour is known");
});

Deno.test("gridFor() has at most 2,000 places, which hold the whole span", () => {
  const spans = fc.tuple(fc.integer({ min: 60_000, max: 40 * 365 * DAY }), fc.nat(10_000_000));
  fc.assert(fc.property(spans, fc.constantFrom(100, 1_000, 5_000), ([length, late], windowMs) => {
    const span = { from: NOW + late - length, to: NOW + late };
    const grid = gridFor(span, windowMs, null);
    assert.ok(grid.places <= MOST_PLACES - 99, "there is room for what comes");
    assert.equal(placeOf(grid, span.from), 0);
    assert.equal(placeOf(grid, span.to), grid.places - 1);
    assert.equal(grid.stepMs % grid.itemMs, 0);
    assert.ok(timeOf(grid, 0) <= span.from);
  }));
});

Deno.test("itemTime() puts a window that ends at midnight into the day before", () => {
  const grid = gridFor({ from: NOW - 365 * DAY, to: NOW }, 5_000, null);
  const midnight = Date.parse("2026-11-22T00:00:00.000Z");
  assert.equal(itemTime(grid, midnight), midnight - DAY);
  assert.equal(itemTime(grid, midnight + 5_000), midnight);
});
