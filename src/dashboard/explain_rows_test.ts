/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { differenceOf, formulaText, operatorsOf, titleOf, valuesByPath } from "./explain_rows.ts";
import type { ExplainNode } from "./explanation.ts";

function node(name: string, value: string | null, change: Partial<ExplainNode> = {}): ExplainNode {
  const label = name.toUpperCase();
  return { name, label, value, formula: null, note: null, inputs: [], events: null, ...change };
}

const PNL = node("kalshi.pnl", "3.00", {
  formula: "kalshi.realizedPnl − kalshi.fees + kalshi.feesBack",
  inputs: [
    node("kalshi.realizedPnl", "4.00"),
    node("kalshi.fees", "2.00"),
    node("kalshi.feesBack", "1.00"),
  ],
});

Deno.test("operatorsOf() reads the sign of each input, also where one name begins with another", () => {
  assert.deepEqual(operatorsOf(PNL), ["+", "−", "+"]);
  const sum = node("sum", "2.00", {
    formula: "sum of inputs",
    inputs: [node("a", "1"), node("b", "1")],
  });
  assert.deepEqual(operatorsOf(sum), ["+", "+"]);
  const quotient = node("marginPct", "5.00", {
    formula: "netPnl ÷ totalRevenue × 100",
    inputs: [node("netPnl", "1"), node("totalRevenue", "20")],
  });
  assert.deepEqual(operatorsOf(quotient), [null, null]);
});

Deno.test("formulaText() names the inputs as the page does", () => {
  assert.equal(formulaText(PNL), "KALSHI.REALIZEDPNL − KALSHI.FEES + KALSHI.FEESBACK");
  assert.equal(formulaText(node("leaf", "1")), null);
});

Deno.test("differenceOf() is exact, counts what was not there as nothing, and tells points of percent", () => {
  const before = valuesByPath({
    ...PNL,
    value: "1.000000001",
    inputs: [node("kalshi.fees", null)],
  });
  assert.equal(differenceOf(PNL, "/kalshi.pnl", before), "1.999999999");
  const path = "/kalshi.pnl/kalshi.realizedPnl";
  assert.equal(differenceOf(node("kalshi.realizedPnl", "4.00"), path, before), "4.00");
  assert.equal(differenceOf(node("kalshi.fees", "2.00"), "/kalshi.pnl/kalshi.fees", before), null);
  const margin = node("grossMarginPct", "5.00");
  assert.equal(
    differenceOf(margin, "/grossMarginPct", new Map([["/grossMarginPct", "7.25"]])),
    "-2.25",
  );
});

Deno.test("titleOf() says of which period a figure is", () => {
  assert.equal(titleOf("periods.day.revenue", "Revenue"), "Revenue of the UTC day");
  assert.equal(titleOf("totalRevenue", "Total revenue"), "Total revenue");
});
