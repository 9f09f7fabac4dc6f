import assert from "node:assert/strict";
import fc from "fast-check";
import { Histogram } from "./histogram.ts";

Deno.test("Histogram counts in each bucket what is not above its bound, and everything in the end", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (values) => {
    const histogram = new Histogram([1, 5, 10]);
    for (const value of values) histogram.observe(value);
    const { buckets, count, sum } = histogram.read();
    for (const { bound, count } of buckets) {
      assert.equal(count, values.filter((value) => value <= bound).length);
    }
    assert.equal(count, values.length);
    assert.ok(Math.abs(sum - values.reduce((total, value) => total + value, 0)) < 1e-6);
  }));
});
