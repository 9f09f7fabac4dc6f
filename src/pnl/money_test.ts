import assert from "node:assert/strict";
import { divideHalfEven, formatMoney, InvalidDecimalError, money, parseMoney } from "./money.ts";

Deno.test("formatMoney() prints at least two decimals and as many more as there are", () => {
  const cases: Record<string, string> = {
    "0": "0.00",
    "12.5": "12.50",
    "-0.0175": "-0.0175",
    "1.2378912": "1.2378912",
    "100": "100.00",
    "0.000000001": "0.000000001",
    "-5": "-5.00",
    "-9007199.254740993": "-9007199.254740993",
    "123456789012345678.000100000": "123456789012345678.0001",
  };
  for (const [text, printed] of Object.entries(cases)) {
    assert.equal(formatMoney(parseMoney(text)), printed);
  }
});

Deno.test("parseMoney() rounds more than nine decimals half to even, once", () => {
  assert.equal(parseMoney("0.0000000005"), 0n);
  assert.equal(parseMoney("0.0000000015"), 2n);
  assert.equal(parseMoney("-0.0000000015"), -2n);
  assert.equal(parseMoney("0.00000000250000000001"), 3n);
});

Deno.test("parseMoney() refuses what is not a plain decimal", () => {
  for (const text of ["", ".5", "1.", "1e3", "+1", " 1", "NaN", "0x1", "1,000.00", "١"]) {
    assert.throws(() => parseMoney(text), InvalidDecimalError, text);
  }
});

Deno.test("divideHalfEven() rounds ties to the even neighbour on both signs", () => {
  assert.equal(divideHalfEven(5n, 2n), 2n);
  assert.equal(divideHalfEven(7n, 2n), 4n);
  assert.equal(divideHalfEven(-5n, 2n), -2n);
  assert.equal(divideHalfEven(7n, -2n), -4n);
  assert.equal(formatMoney(money(1n)), "0.000000001");
});
