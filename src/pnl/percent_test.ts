import assert from "node:assert/strict";
import { parseMoney } from "./money.ts";
import { marginPercent, percent, trendPercent } from "./percent.ts";

const $ = parseMoney;

Deno.test("percent() rounds half-even, once, and zero has no sign", () => {
  assert.equal(percent($("1"), $("3")), "33.33");
  assert.equal(percent($("2"), $("3")), "66.67");
  assert.equal(percent($("0.00005"), $("1")), "0.00");
  assert.equal(percent($("0.00015"), $("1")), "0.02");
  assert.equal(percent($("-0.00005"), $("1")), "0.00");
  assert.equal(percent($("-0.0123"), $("1")), "-1.23");
  assert.equal(percent($("-0.001"), $("1")), "-0.10");
  assert.equal(percent($("5"), $("0")), null);
});

Deno.test("marginPercent() is null where revenue is not positive", () => {
  assert.equal(marginPercent($("81"), $("100")), "81.00");
  assert.equal(marginPercent($("-50"), $("100")), "-50.00");
  assert.equal(marginPercent($("-50"), $("0")), null);
  assert.equal(marginPercent($("-50"), $("-1")), null);
});

Deno.test("trendPercent() measures against the size of the base", () => {
  assert.equal(trendPercent($("110"), $("100")), "10.00");
  assert.equal(trendPercent($("-90"), $("-100")), "10.00");
  assert.equal(trendPercent($("100"), $("-100")), "200.00");
  assert.equal(trendPercent($("1"), $("0")), null);
  assert.equal(trendPercent($("1"), null), null);
});
