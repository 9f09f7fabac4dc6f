import assert from "node:assert/strict";
import { age, money, NOTHING, percentage, sign, time, whole } from "./format.js";

Deno.test("money() prints a decimal string without passing it through a double", () => {
  const digits = (text: string) => text.replace(/[^\d]/g, "");
  assert.equal(digits(money("9007199254740993.17", false)), "900719925474099317");
  assert.match(money("-2205.475", true), /^[-−(]/);
  assert.match(money("1.00", true), /^\+/);
  assert.doesNotMatch(money("1.00", false), /\+/);
  assert.doesNotMatch(money("0.00", true), /\+/);
  assert.equal(money(null, true), NOTHING);
  assert.equal(money(undefined, true), NOTHING);
});

Deno.test("percentage() and whole() print nothing where nothing is known", () => {
  assert.equal(percentage(null, true), NOTHING);
  assert.equal(whole(null), NOTHING);
  assert.match(percentage("-1.5", true), /1[.,]50/);
  assert.equal(whole(0), "0");
});

Deno.test("sign() tells a decimal string's sign", () => {
  const cases = [["0.00", 0], ["-0.00", 0], ["0.01", 1], ["-0.01", -1], ["10", 1], [null, 0]];
  for (const [value, expected] of cases) assert.equal(sign(value), expected, String(value));
});

Deno.test("time() and age() are short", () => {
  assert.equal(time("2026-11-22T10:00:05.000Z"), "2026-11-22 10:00:05");
  assert.equal(time(null), NOTHING);
  assert.equal(age(-5), "0 s");
  assert.equal(age(59_999), "59 s");
  assert.equal(age(125_000), "2 min");
  assert.equal(age(7_500_000), "2 h 5 min");
});
