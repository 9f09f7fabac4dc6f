/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { nextSorting, sorted, type SortKey } from "./sorting.ts";

const amount = (value: string | null): SortKey => ({ kind: "amount", value });

Deno.test("sorted() orders amounts by value, to the last digit, and what is not known last", () => {
  const values = ["10.00", null, "-9.5", "9.000000001", "9.00", "-10"];
  assert.deepEqual(sorted(values, amount, false), [
    "-10",
    "-9.5",
    "9.00",
    "9.000000001",
    "10.00",
    null,
  ]);
  assert.deepEqual(sorted(values, amount, true).slice(0, 2), ["10.00", "9.000000001"]);
  assert.equal(sorted(values, amount, true).at(-1), null);
});

Deno.test("sorted() leaves rows of the same key as they were", () => {
  const rows = [["b", "1"], ["a", "1.00"], ["c", "0"]] as const;
  assert.deepEqual(sorted(rows, ([, value]) => amount(value), false).map(([name]) => name), [
    "c",
    "b",
    "a",
  ]);
});

Deno.test("nextSorting() goes to the other direction, and then back to the order of before", () => {
  const first = nextSorting(null, "pnl", "amount");
  assert.deepEqual(first, { column: "pnl", descending: true });
  const second = nextSorting(first, "pnl", "amount");
  assert.deepEqual(second, { column: "pnl", descending: false });
  assert.equal(nextSorting(second, "pnl", "amount"), null);
  assert.deepEqual(nextSorting(second, "name", "text"), { column: "name", descending: false });
});
