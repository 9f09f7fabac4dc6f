/** The snapshot's shape (`pnl.snapshot.v1`), as zod schema and types. Money and percentages are decimal strings. */
import { z } from "zod";
import {
  DAY,
  MONEY as amount,
  MONEY_OR_NULL as amountOrNull,
  PERCENT_OR_NULL as percentOrNull,
  TIME as time,
  TIME_OR_NULL as timeOrNull,
} from "./printed.ts";

/** Revenue against expenses over one span. Null figures: a bound component is not known yet. */
export const PERIOD = z.strictObject({
  /** First instant of the calendar period, UTC; null for `all`. */
  start: timeOrNull,
  /** From when every bound component is known within it; null while one is not. */
  since: timeOrNull,
  revenue: amountOrNull,
  expenses: amountOrNull,
  netPnl: amountOrNull,
  grossMarginPct: percentOrNull,
});

/** A snapshot as stored and replayed; `served` is added on delivery and is no part of it. */
export const SNAPSHOT = z.strictObject({
  schema: z.literal("pnl.snapshot.v1"),
  /** Version of the fold. */
  version: z.int(),
  /** Position of the last event folded. */
  position: z.int(),
  window: z.strictObject({ start: time, end: time, final: z.boolean() }),
  currency: z.literal("USD"),
  metrics: z.strictObject({
    totalRevenue: amount,
    totalExpenses: amount,
    netPnl: amount,
    grossMarginPct: percentOrNull,
    trendPct: percentOrNull,
    dailyTrendPct: percentOrNull,
  }),
  periods: z.strictObject({ day: PERIOD, month: PERIOD, year: PERIOD, all: PERIOD }),
  components: z.strictObject({
    kalshi: z.strictObject({
      balance: amountOrNull,
      portfolioValue: amountOrNull,
      openPositions: z.int(),
      realizedPnl: amount,
      fees: amount,
      adjustments: amount,
      pnl: amount,
      unrealizedPnl: amountOrNull,
      /** Reported by the venue minus derived from the facts; null until first evaluated. */
      unreconciled: z.strictObject({ cash: amountOrNull, realizedPnl: amountOrNull, at: time })
        .nullable(),
      observedAt: timeOrNull,
    }),
    anthropic: z.strictObject({
      day: DAY.nullable(),
      dailySpend: amountOrNull,
      monthToDate: amountOrNull,
      adjustments: amount,
      observedAt: timeOrNull,
    }),
    revenue: z.strictObject({
      invoiced: amountOrNull,
      collected: amountOrNull,
      outstanding: amountOrNull,
      adjustments: amount,
      observedAt: timeOrNull,
    }),
  }),
  quality: z.strictObject({
    complete: z.boolean(),
    /** Position since which the figures are not whole. */
    incompleteSince: z.int().nullable(),
    /** Bound sources of which something needed is not known yet. */
    pending: z.array(z.string()),
    late: z.int(),
    rejected: z.int(),
    quarantined: z.int(),
  }),
});

/** A snapshot. */
export type Snapshot = z.infer<typeof SNAPSHOT>;
