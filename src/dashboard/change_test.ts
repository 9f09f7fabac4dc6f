/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { changeOf, isBaseOf, pointsOf } from "./change.ts";

const METRICS = {
  totalRevenue: "120.00",
  totalExpenses: "20.00",
  netPnl: "100.00",
  grossMarginPct: "83.33",
  trendPct: null,
  dailyTrendPct: null,
};

Deno.test("changeOf() is exact, and its percentage the server's", () => {
  assert.deepEqual(changeOf("0.30", "0.1"), { amount: "0.20", percent: "200.00" });
  assert.deepEqual(changeOf("-50.000000001", "-100"), {
    amount: "49.999999999",
    percent: "50.00",
  });
  assert.deepEqual(changeOf("5.00", "0.00"), { amount: "5.00", percent: null });
});

Deno.test("pointsOf() keeps two places and the sign of what is below one point", () => {
  assert.equal(pointsOf("80.05", "80.10"), "-0.05");
  assert.equal(pointsOf("-3.00", "12.34"), "-15.34");
  assert.equal(pointsOf("7.10", "7.10"), "0.00");
  assert.equal(pointsOf(null, "7.10"), null);
});

Deno.test("isBaseOf() believes only a base that gives the server's own percentage", () => {
  const now = { ...METRICS, netPnl: "110.00", trendPct: "10.00" };
  assert.equal(isBaseOf(now, "trendPct", METRICS), true);
  assert.equal(isBaseOf(now, "trendPct", { ...METRICS, netPnl: "101.00" }), false);
  assert.equal(isBaseOf({ ...now, trendPct: null }, "trendPct", METRICS), false, "pending");
  assert.equal(
    isBaseOf({ ...now, trendPct: null }, "trendPct", { ...METRICS, netPnl: "0.00" }),
    true,
  );
});
