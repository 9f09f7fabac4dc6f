/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import {
  ageText,
  exactMoney,
  money,
  NOTHING,
  percentage,
  signOf,
  timeText,
  whole,
} from "./format.ts";

Deno.test("money() prints a decimal string without passing it through a double", () => {
  const digits = (text: string) => text.replace(/[^\d]/g, "");
  assert.equal(digits(money("9007199254740993.17")), "900719925474099317");
  assert.match(money("-2205.475", "signed"), /^[-−(]/);
  assert.match(money("1.00", "signed"), /^\+/);
  assert.doesNotMatch(money("1.00"), /\+/);
  assert.doesNotMatch(money("0.00", "signed"), /\+/);
  assert.equal(money(null, "signed"), NOTHING);
  assert.equal(money(undefined, "signed"), NOTHING);
});

Deno.test("percentage() and whole() print nothing where nothing is known", () => {
  assert.equal(percentage(null, "signed"), NOTHING);
  assert.equal(whole(null), NOTHING);
  assert.match(percentage("-1.5", "signed"), /1[.,]50/);
  assert.equal(whole(0), "0");
});

Deno.test("signOf() tells a decimal string's sign", () => {
  const cases = [["0.00", 0], ["-0.00", 0], ["0.01", 1], ["-0.01", -1], ["10", 1], [
    null,
    0,
  ]] as const;
  for (const [value, expected] of cases) assert.equal(signOf(value), expected, String(value));
});

Deno.test("timeText() and ageText() are short", () => {
  assert.equal(timeText("2026-11-22T10:00:05.000Z", "utc"), "2026-11-22 10:00:05 UTC");
  assert.match(
    timeText("2026-11-22T10:00:05.000Z", "local"),
    /^2026-11-2[123] .* UTC[+-]\d\d:\d\d$/,
  );
  assert.equal(timeText(null, "utc"), NOTHING);
  assert.equal(timeText("never", "utc"), NOTHING);
  assert.equal(ageText(-5), "0 s");
  assert.equal(ageText(59_999), "59 s");
  assert.equal(ageText(125_000), "2 min");
  assert.equal(ageText(7_500_000), "2 h 5 min");
});

Deno.test("money() and percentage() show no sign of what is rounded to nothing", () => {
  assert.equal(money("-0.001"), money("0.00"));
  assert.equal(percentage("-0.001"), percentage("0.00"));
  assert.equal(money("-0.001", "signed"), money("0.00"));
});

Deno.test("exactMoney() prints every digit, and the sign of a gain where it is asked for", () => {
  assert.match(exactMoney("-0.075200001"), /0\.075200001/);
  assert.match(exactMoney("0.0752", "signed"), /^\+.*0\.0752$/);
  assert.doesNotMatch(exactMoney("0.0752"), /\+/);
  assert.equal(exactMoney(null), NOTHING);
});
