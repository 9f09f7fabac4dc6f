import assert from "node:assert/strict";
import fc from "fast-check";
import { scaledNumber } from "./decimal.ts";

Deno.test("scaledNumber() reads what fits a safe integer", () => {
  assert.equal(scaledNumber("0.5200", 9), 520_000_000);
  assert.equal(scaledNumber("-12.5", 2), -1250);
  assert.equal(scaledNumber("7", 0), 7);
  assert.equal(scaledNumber("999999999999999", 0), 999_999_999_999_999);
  assert.ok(Object.is(scaledNumber("-0.00", 2), 0), "there is no negative zero");
});

Deno.test("scaledNumber() leaves alone what is malformed, finer or longer", () => {
  for (const text of ["", "-", ".5", "-.5", "5.", "1.2.3", "1e3", "+1", " 1", "1 ", "--1", "0x1"]) {
    assert.equal(scaledNumber(text, 2), null, text);
  }
  assert.equal(scaledNumber("0.001", 2), null);
  assert.equal(scaledNumber("1000000000000000", 0), null);
  assert.equal(scaledNumber("1234567.0", 9), null);
});

Deno.test("scaledNumber() agrees with the number that was printed", () => {
  fc.assert(fc.property(fc.integer({ min: -999_999_999, max: 999_999_999 }), (value) => {
    const magnitude = Math.abs(value).toString().padStart(3, "0");
    const text = `${value < 0 ? "-" : ""}${magnitude.slice(0, -2)}.${magnitude.slice(-2)}`;
    assert.equal(scaledNumber(text, 2), value);
    assert.equal(scaledNumber(text, 4), value * 100);
  }));
});
