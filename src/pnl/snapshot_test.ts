import assert from "node:assert/strict";
import {
  adjustment,
  backfilled,
  bound,
  cash,
  cost,
  fill,
  given,
  settlement,
  totals,
  transfer,
} from "./testing.ts";
import { snapshotJson } from "./snapshot.ts";
import type { Snapshot } from "./snapshot_schema.ts";

const NOON = "2026-11-22T12:00:00.000Z";

const story = given(
  bound("kalshi"),
  bound("anthropic", "2026-11-01"),
  transfer("deposit", "dep_1", "applied", "100"),
  fill("yes", "10.00", "0.43", { fee: "0.1716" }),
  fill("no", "4.00", "0.50", { fee: "0.07" }),
  settlement("6.00", { yesCount: "10", yesCost: "4.30", noCount: "4", noCost: "2.00" }),
  fill("yes", "2.50", "0.20", { ticker: "OPEN" }),
  backfilled("kalshi"),
  cash("102.9584"),
  cost("2026-11-21", "1.2378912"),
  cost("2026-11-22", "2"),
  backfilled("anthropic"),
  totals("20", "12.5"),
  adjustment("kalshi", "0.01"),
);

const EXPECTED: Snapshot = {
  schema: "pnl.snapshot.v1",
  version: 1,
  position: 14,
  window: { start: NOON, end: "2026-11-22T12:00:05.000Z", final: false },
  currency: "USD",
  metrics: {
    totalRevenue: "15.9684",
    totalExpenses: "2.00",
    netPnl: "13.9684",
    grossMarginPct: "87.48",
    trendPct: null,
    dailyTrendPct: null,
  },
  periods: {
    day: {
      start: "2026-11-22T00:00:00.000Z",
      since: "2026-11-22T00:00:00.000Z",
      revenue: "3.4684",
      expenses: "2.00",
      netPnl: "1.4684",
      grossMarginPct: "42.34",
    },
    month: {
      start: "2026-11-01T00:00:00.000Z",
      since: "2026-11-01T00:00:00.000Z",
      revenue: "3.4684",
      expenses: "3.2378912",
      netPnl: "0.2305088",
      grossMarginPct: "6.65",
    },
    year: {
      start: "2026-01-01T00:00:00.000Z",
      since: "2026-11-01T00:00:00.000Z",
      revenue: "3.4684",
      expenses: "3.2378912",
      netPnl: "0.2305088",
      grossMarginPct: "6.65",
    },
    all: {
      start: null,
      since: "2026-11-01T00:00:00.000Z",
      revenue: "3.4684",
      expenses: "3.2378912",
      netPnl: "0.2305088",
      grossMarginPct: "6.65",
    },
  },
  components: {
    kalshi: {
      balance: "102.9584",
      portfolioValue: null,
      openPositions: 1,
      realizedPnl: "3.70",
      fees: "0.2416",
      adjustments: "0.01",
      pnl: "3.4684",
      unrealizedPnl: null,
      unreconciled: { at: NOON, cash: "0.00", realizedPnl: null },
      observedAt: NOON,
    },
    anthropic: {
      day: "2026-11-22",
      dailySpend: "2.00",
      monthToDate: "3.2378912",
      adjustments: "0.00",
      observedAt: NOON,
    },
    revenue: {
      invoiced: "20.00",
      collected: "12.50",
      outstanding: "7.50",
      adjustments: "0.00",
      observedAt: NOON,
    },
  },
  quality: {
    complete: true,
    incompleteSince: null,
    pending: [],
    late: 0,
    rejected: 0,
    quarantined: 0,
  },
};

Deno.test("takeSnapshot() prints the contract's shape, each figure to its own precision", () => {
  assert.deepEqual(story.now, EXPECTED);
});

Deno.test("takeSnapshot() shows what was never observed as null, not as zero", () => {
  const { components, metrics } = given(bound("kalshi")).now;
  assert.deepEqual(
    [components.kalshi.balance, components.kalshi.unreconciled, components.kalshi.observedAt],
    [null, null, null],
  );
  const { dailySpend, monthToDate } = components.anthropic;
  assert.deepEqual([dailySpend, monthToDate, components.revenue.collected], [null, null, null]);
  assert.equal(metrics.grossMarginPct, null);
});

Deno.test("snapshotJson() keeps its form: what is stored today must replay tomorrow", () => {
  assert.equal(
    snapshotJson(story.now).slice(0, 160),
    '{"components":{"anthropic":{"adjustments":"0.00","dailySpend":"2.00","day":"2026-11-22",' +
      '"monthToDate":"3.2378912","observedAt":"2026-11-22T12:00:00.000Z"},"kals',
  );
});
