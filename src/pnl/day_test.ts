import assert from "node:assert/strict";
import { inPeriod, startOfPeriod } from "./day.ts";

Deno.test("startOfPeriod() gives the first instant of the calendar period, before all times for all", () => {
  assert.equal(startOfPeriod("day", "2026-11-22"), "2026-11-22T00:00:00.000Z");
  assert.equal(startOfPeriod("month", "2026-11-22"), "2026-11-01T00:00:00.000Z");
  assert.equal(startOfPeriod("year", "2026-11-22"), "2026-01-01T00:00:00.000Z");
  assert.equal(startOfPeriod("all", "2026-11-22"), "");
});

Deno.test("inPeriod() tells days, months and years apart", () => {
  const time = "2026-10-22T23:59:59.999Z";
  assert.equal(inPeriod("day", "2026-10-22", time), true);
  assert.equal(inPeriod("day", "2026-11-22", time), false);
  assert.equal(inPeriod("month", "2026-10-01", time), true);
  assert.equal(inPeriod("month", "2025-10-22", time), false);
  assert.equal(inPeriod("year", "2026-01-01", time), true);
  assert.equal(inPeriod("year", "2025-10-22", time), false);
  assert.equal(inPeriod("all", "1999-01-01", time), true);
});
