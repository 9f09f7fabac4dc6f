/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { indexAt, movedIndex } from "./cursor.ts";
import { pointAt } from "./test_points.ts";

Deno.test("indexAt() is the last point at or before a time", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(100)), fc.nat(110), (times, time) => {
    const points = times.sort((a, b) => a - b).map((each) => pointAt(each, 0));
    assert.equal(indexAt(points, time), points.findLastIndex((point) => point.time <= time));
  }));
});

Deno.test("movedIndex() stays within the points, and knows no other keys", () => {
  assert.equal(movedIndex("ArrowLeft", false, 5, 100), 4);
  assert.equal(movedIndex("ArrowRight", true, 5, 100), 15);
  assert.equal(movedIndex("ArrowLeft", false, 0, 100), 0);
  assert.equal(movedIndex("PageUp", false, 99, 100), 99);
  assert.equal(movedIndex("Home", false, 50, 100), 0);
  assert.equal(movedIndex("End", false, 50, 100), 99);
  assert.equal(movedIndex("a", false, 50, 100), null);
});
