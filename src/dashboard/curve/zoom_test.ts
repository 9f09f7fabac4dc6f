/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { clampedTo, withMargins, zoomed } from "./zoom.ts";

const ALL = { from: 1_000_000, to: 100_000_000 };

Deno.test("clampedTo() lies within what there is to see, and keeps the length where it can", () => {
  const times = fc.integer({ min: -200_000_000, max: 200_000_000 });
  fc.assert(fc.property(times, fc.integer({ min: 1, max: 300_000_000 }), (from, length) => {
    const { from: first, to: last } = clampedTo({ from, to: from + length }, ALL);
    assert.ok(first >= ALL.from && last <= ALL.to, `${first} to ${last}`);
    const wished = Math.min(Math.max(length, 60_000), ALL.to - ALL.from);
    assert.ok(Math.abs(last - first - wished) <= 1);
  }));
});

Deno.test("zoomed() keeps the instant around which it zooms in its place", () => {
  assert.deepEqual(zoomed({ from: 0, to: 100 }, 0.5), { from: 25, to: 75 });
  assert.deepEqual(zoomed({ from: 0, to: 100 }, 2, 0), { from: 0, to: 200 });
});

Deno.test("withMargins() asks for half as much on both sides, and for nothing that is not there", () => {
  assert.deepEqual(withMargins({ from: 2_000_000, to: 4_000_000 }, ALL), {
    from: 1_000_000,
    to: 5_000_000,
  });
  assert.deepEqual(withMargins({ from: 1_200_000, to: 99_000_000 }, ALL), ALL);
});
