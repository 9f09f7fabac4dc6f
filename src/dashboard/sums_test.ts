/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { residualOf, type Term } from "./sums.ts";

const TERMS: readonly Term[] = [
  { label: "Realised", amount: "360.10" },
  { label: "Fees", amount: "14.430000001", less: true },
  { label: "Adjustments", amount: "-0.67" },
];

Deno.test("residualOf() is null where the terms prove the total to the last digit", () => {
  assert.equal(residualOf(TERMS, "344.999999999"), null);
  assert.equal(residualOf([], "0.00"), null);
});

Deno.test("residualOf() says what is left, with its sign", () => {
  assert.equal(residualOf(TERMS, "345.00"), "0.000000001");
  assert.equal(residualOf(TERMS, "0.00"), "-344.999999999");
});
