/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Sample, sparkShape } from "./spark_shape.ts";

const SIZE = { width: 100, height: 20, margin: 2 };

function samples(...values: (string | null)[]): Sample[] {
  return values.map((value, index) => ({ at: index * 60_000, value }));
}

Deno.test("sparkShape() draws from the first time to the last, highest on top", () => {
  const shape = sparkShape(samples("-1.00", "3.00", "1.00"), SIZE);
  assert.equal(shape?.line, "M2 18L50 2L98 10");
  assert.deepEqual(shape?.end, { x: 98, y: 10 });
  assert.deepEqual(
    [shape?.first, shape?.last, shape?.lowest, shape?.highest],
    ["-1.00", "1.00", "-1.00", "3.00"],
  );
});

Deno.test("sparkShape() breaks the line where nothing was known", () => {
  const shape = sparkShape(samples("1", "2", null, "2", "1"), SIZE);
  assert.equal(shape?.line.match(/M/g)?.length, 2);
  assert.equal(shape?.area.match(/Z/g)?.length, 2);
  assert.equal(sparkShape(samples("1", "2", null), SIZE)?.end, null);
});

Deno.test("sparkShape() draws nothing of fewer than two values, and a flat line in the middle", () => {
  assert.equal(sparkShape([], SIZE), null);
  assert.equal(sparkShape(samples("1.00", null), SIZE), null);
  assert.equal(sparkShape(samples("5", "5"), SIZE)?.line, "M2 10L98 10");
});

Deno.test("sparkShape() stays within the drawing, whatever the values", () => {
  const value = fc.option(fc.integer({ min: -1e9, max: 1e9 }).map((cents) => String(cents / 100)));
  fc.assert(fc.property(fc.array(value, { maxLength: 70 }), (values) => {
    const shape = sparkShape(samples(...values), SIZE);
    for (const [, x, y] of shape?.line.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g) ?? []) {
      assert.ok(Number(x) >= 2 && Number(x) <= 98 && Number(y) >= 2 && Number(y) <= 18);
    }
  }));
});
