import assert from "node:assert/strict";
import fc from "fast-check";
import { plainDecimal, shiftPoint, sumDecimals } from "./decimal_text.ts";

Deno.test("shiftPoint() moves the point in the text and keeps every digit", () => {
  const cases: [string, number, string][] = [
    ["123.78912", -2, "1.2378912"],
    ["9801", -2, "98.01"],
    ["5", -2, "0.05"],
    ["0", -2, "0.00"],
    ["-198", -2, "-1.98"],
    ["-0", -2, "0.00"],
    ["0.5", 2, "50"],
    ["98.0186", 0, "98.0186"],
    ["007.50", 0, "7.50"],
    ["0.12345678901234567890123456789", -2, "0.0012345678901234567890123456789"],
  ];
  for (const [text, places, expected] of cases) {
    assert.equal(shiftPoint(text, places), expected);
  }
});

Deno.test("plainDecimal() writes out an exponent", () => {
  assert.equal(plainDecimal("1e3"), "1000");
  assert.equal(plainDecimal("1.25E-7"), "0.000000125");
  assert.equal(plainDecimal("-2.5e+1"), "-25");
});

Deno.test("plainDecimal() refuses what is no number, or has too many digits", () => {
  for (const text of ["", "1.", ".5", "+1", "1,5", "NaN", "0x1", " 1", "1e999", "1e-99"]) {
    assert.throws(() => plainDecimal(text), RangeError, text);
  }
});

Deno.test("sumDecimals() adds what doubles cannot", () => {
  assert.equal(sumDecimals([]), "0");
  assert.equal(sumDecimals(["0.1", "0.2"]), "0.3");
  assert.equal(
    sumDecimals(["9007199254740993", "0.000000000000000001", "-1"]),
    "9007199254740992.000000000000000001",
  );
});

Deno.test("shiftPoint() there and back changes no value", () => {
  const digits = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
  fc.assert(
    fc.property(digits, fc.integer({ min: 0, max: 9 }), (value, places) => {
      const shifted = shiftPoint(value.toString(), -places);
      assert.equal(BigInt(shiftPoint(shifted, places)), value);
    }),
    { numRuns: 200 },
  );
});
