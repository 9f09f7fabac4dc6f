import assert from "node:assert/strict";
import { Allowance } from "./allowance.ts";

Deno.test("Allowance.take() gives a burst, then what time brings back, and never more than the burst", () => {
  const allowance = new Allowance(3, 2, 1_000);
  assert.deepEqual([1, 1, 1, 1].map((n) => allowance.take(n, 1_000)), [true, true, true, false]);
  assert.equal(allowance.take(1, 1_499), false);
  assert.equal(allowance.take(1, 1_500), true);
  assert.equal(allowance.take(3, 60_000), true);
  assert.equal(allowance.take(1, 60_000), false);
});

Deno.test("Allowance.take() takes nothing where there are too few", () => {
  const allowance = new Allowance(3, 1, 0);
  assert.equal(allowance.take(4, 0), false);
  assert.equal(allowance.take(3, 0), true);
});
