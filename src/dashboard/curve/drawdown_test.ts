/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { deepestFall, drawdowns } from "./drawdown.ts";
import { pointAt } from "./test_points.ts";

const curves = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 40 })
  .map((cents) => cents.map((each, at) => pointAt(at, each)));

Deno.test("drawdowns() is each value less the highest up to it, to the last digit", () => {
  fc.assert(fc.property(curves, (points) => {
    const slow = points.map(({ value }, at) => {
      const sofar = points.slice(0, at + 1).map(({ value }) => value);
      return value - sofar.reduce((a, b) => a > b ? a : b);
    });
    assert.deepEqual(drawdowns(points), slow);
  }));
});

Deno.test("deepestFall() is the deepest of all falls, from a peak down to a later trough", () => {
  fc.assert(fc.property(curves, (points) => {
    const falls = points.flatMap((peak, from) =>
      points.slice(from).map((trough) => trough.value - peak.value)
    );
    const deepest = falls.reduce((a, b) => a < b ? a : b, 0n);
    const found = deepestFall(points);
    assert.equal(found?.depth ?? 0n, deepest);
    if (found === null) return;
    assert.equal(found.trough.value - found.peak.value, deepest);
    assert.ok(found.peak.time < found.trough.time);
  }));
});
