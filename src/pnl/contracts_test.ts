import assert from "node:assert/strict";
import {
  DOLLAR,
  formatCount,
  parseCount,
  parsePrice,
  UnfoldableError,
  worth,
} from "./contracts.ts";

Deno.test("parseCount() reads hundredths, with trailing zeros or without", () => {
  assert.equal(parseCount("10.00"), 1000);
  assert.equal(parseCount("0.01"), 1);
  assert.equal(parseCount("2.500000"), 250);
  assert.equal(parseCount("3"), 300);
});

Deno.test("parseCount() refuses what is finer than a hundredth, negative or too long", () => {
  for (const text of ["0.001", "1.0001", "-1.00", "99999999999999.00", "1e2", ""]) {
    assert.throws(() => parseCount(text), UnfoldableError, text);
  }
});

Deno.test("parsePrice() reads nano-dollars from 0 to 1 dollar and refuses the rest", () => {
  assert.equal(parsePrice("0.5200"), 520_000_000);
  assert.equal(parsePrice("1.000000"), DOLLAR);
  assert.equal(parsePrice("0"), 0);
  assert.equal(parsePrice("0.123456789000"), 123_456_789);
  for (const text of ["1.01", "-0.01", "0.1234567891", "x"]) {
    assert.throws(() => parsePrice(text), UnfoldableError, text);
  }
});

Deno.test("worth() is exact at six decimals, beyond safe integers too, and rounds half-even once", () => {
  assert.equal(worth(1, 123_456_000), 1_234_560n);
  assert.equal(worth(9_007_199_254_740_991, DOLLAR), 90_071_992_547_409_910_000_000n);
  assert.equal(worth(50, 1), 0n);
  assert.equal(worth(150, 1), 2n);
  assert.equal(worth(51, 1), 1n);
});

Deno.test("formatCount() prints two decimals and the sign", () => {
  assert.equal(formatCount(-250), "-2.50");
  assert.equal(formatCount(-1), "-0.01");
  assert.equal(formatCount(0), "0.00");
  assert.equal(formatCount(1205), "12.05");
});
