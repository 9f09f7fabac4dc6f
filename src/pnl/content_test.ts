import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { contentDifference, COUNT_FIELDS, DECIMAL_FIELDS, observationChanged } from "./content.ts";
import { EVENT_DATA } from "./event.ts";

const FILL = "pnl.kalshi.fill.recorded.v1";
const COST = "pnl.anthropic.cost.observed.v1";
const POSITIONS = "pnl.kalshi.positions.observed.v1";

const fill = {
  fillId: "f-1",
  subaccount: 0,
  outcomeSide: "yes",
  count: "10.00",
  yesPrice: "0.5600",
  fee: "0.0175",
  taker: true,
};

/** Names of all fields of a schema that take decimals and nothing else. */
function decimalFields(schema: z.ZodType, name = ""): string[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([key, field]) =>
      decimalFields(field as z.ZodType, key)
    );
  }
  if (schema instanceof z.ZodArray) return decimalFields(schema.element as z.ZodType, name);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return decimalFields(schema.unwrap() as z.ZodType, name);
  }
  return schema.safeParse("-1.50").success && !schema.safeParse("x").success ? [name] : [];
}

Deno.test("content knows every decimal field of the catalogue, and only those", () => {
  const fields = new Set(Object.values(EVENT_DATA).flatMap((schema) => decimalFields(schema)));
  assert.ok(fields.size > 10);
  assert.deepEqual([...fields].sort(), [...DECIMAL_FIELDS, ...COUNT_FIELDS].sort());
});

Deno.test("contentDifference() takes decimals of one value for the same", () => {
  const same = { ...fill, count: "10", yesPrice: "0.56", fee: "00.017500" };
  assert.deepEqual(contentDifference(FILL, fill, same), []);
  assert.deepEqual(contentDifference(FILL, { ...fill, fee: "-0.00" }, { ...fill, fee: "0" }), []);
  assert.deepEqual(contentDifference(FILL, { ...fill, fee: "100" }, { ...fill, fee: "1" }), [
    "fee",
  ]);
});

Deno.test("contentDifference() takes counts as hundredths", () => {
  assert.deepEqual(contentDifference(FILL, fill, { ...fill, count: "10.001" }), []);
  assert.deepEqual(contentDifference(FILL, fill, { ...fill, count: "10.01" }), ["count"]);
});

Deno.test("contentDifference() names every field that differs", () => {
  const other = { ...fill, fillId: "f-1.0", outcomeSide: "no", fee: "-0.0175", taker: false };
  assert.deepEqual(contentDifference(FILL, fill, other), ["fillId", "outcomeSide", "fee", "taker"]);
});

Deno.test("contentDifference() leaves out times, unknown fields and fields one side lacks", () => {
  const stored = { ...fill, upstreamTime: "2026-01-01T00:00:00.000001Z", colour: "red" };
  const offered = {
    ...fill,
    upstreamTime: "2026-01-01T00:00:00Z",
    colour: "blue",
    exchangeIndex: 1,
  };
  assert.deepEqual(contentDifference(FILL, stored, offered), []);
  assert.deepEqual(contentDifference(FILL, offered, stored), []);
});

Deno.test("contentDifference() leaves the text of other fields as it is", () => {
  const bound = { origin: "1.0", account: "a", since: null };
  const type = "pnl.source.bound.v1";
  assert.deepEqual(contentDifference(type, bound, { ...bound, origin: "1.00" }), ["origin"]);
  assert.deepEqual(contentDifference(type, bound, { ...bound, since: "2026-01-01" }), ["since"]);
});

Deno.test("contentDifference() looks into lists, in order and normal form", () => {
  const row = { ticker: "A", count: "1", exposure: "0.50", realizedPnl: "0", fees: "0" };
  const stored = { subaccount: 0, bracketed: true, positions: [row, { ...row, ticker: "B" }] };
  const same = { ...stored, positions: [{ ...row, count: "1.00" }, { ...row, ticker: "B" }] };
  assert.deepEqual(contentDifference(POSITIONS, stored, same), []);
  for (const positions of [[row], [...stored.positions].reverse(), [row, { ...row, fees: "1" }]]) {
    assert.deepEqual(contentDifference(POSITIONS, stored, { ...stored, positions }), ["positions"]);
  }
});

Deno.test("observationChanged() is true also for a field that only the next one has", () => {
  const total = { day: "2026-01-01", amount: "5.00" };
  const detailed = { ...total, byDescription: [{ description: "tokens", amount: "5" }] };
  assert.equal(observationChanged(COST, total, { ...total, amount: "5" }), false);
  assert.equal(observationChanged(COST, total, { ...total, amount: "5.01" }), true);
  assert.equal(observationChanged(COST, total, detailed), true);
  assert.equal(observationChanged(COST, detailed, total), false);
  assert.equal(observationChanged(COST, detailed, detailed), false);
});

Deno.test("contentDifference() of decimals is equality of their values", () => {
  const decimal = fc.tuple(fc.integer({ min: -200, max: 200 }), fc.nat(3), fc.nat(3));
  const print = ([units, fraction, zeros]: [number, number, number]) =>
    `${units < 0 ? "-" : ""}${"0".repeat(zeros)}${Math.abs(units)}.${fraction}${"0".repeat(zeros)}`;
  fc.assert(fc.property(decimal, decimal, (a, b) => {
    const difference = contentDifference(FILL, { ...fill, fee: print(a) }, {
      ...fill,
      fee: print(b),
    });
    assert.equal(difference.length === 0, Number(print(a)) === Number(print(b)));
  }));
});
