/** What the current figures add up from. */
import { z } from "zod";
import type { Breakdown } from "../../pnl/breakdown.ts";
import { DAY, MONEY, MONEY_OR_NULL } from "../../pnl/printed.ts";
import type { Served } from "../../projection/served.ts";
import { named } from "./names.ts";
import { POSITION, SERVED } from "./served.ts";

const COUNT = z.string().meta({
  pattern: "^-?\\d+\\.\\d{2}$",
  description: "Contracts, YES positive; null for the row of the others.",
});

const MARKET = named(
  "MarketRow",
  z.strictObject({
    subaccount: z.int().nullable(),
    ticker: z.string().nullable().describe("Null: all markets that are not listed."),
    markets: z.int(),
    count: COUNT.nullable(),
    cost: MONEY,
    realizedPnl: MONEY,
    fees: MONEY,
    pnl: MONEY,
    settled: z.boolean().nullable(),
  }),
);

const KALSHI = z.strictObject({
  pnl: MONEY,
  realizedPnl: MONEY,
  fees: MONEY,
  adjustments: MONEY,
  cash: z.strictObject({
    derived: MONEY,
    deposits: MONEY,
    withdrawals: MONEY,
    trades: MONEY,
    settlements: MONEY,
    fees: MONEY,
  }).describe("`deposits − withdrawals + trades + settlements − fees = derived`"),
  openCost: MONEY,
  markets: z.array(MARKET).describe("They add up to `realizedPnl` and `fees`."),
}).describe("`realizedPnl − fees + adjustments = pnl`");

const ANTHROPIC = z.strictObject({
  total: MONEY,
  day: z.union([DAY, z.literal("")]).describe("Empty before the first event."),
  spend: MONEY,
  adjustments: MONEY,
  byDescription: z.array(z.strictObject({
    description: z.string().nullable().describe("Null: what was not described yet."),
    amount: MONEY,
  })).describe("They add up to `spend`."),
  monthToDate: MONEY,
  days: z.array(z.strictObject({ day: DAY, amount: MONEY }))
    .describe("They add up to `monthToDate`."),
}).describe("`spend + adjustments = total`");

const REVENUE = z.strictObject({
  total: MONEY,
  collected: MONEY,
  adjustments: MONEY,
  invoiced: MONEY_OR_NULL,
  outstanding: MONEY_OR_NULL,
}).describe("`collected + adjustments = total`");

/** The breakdown, with `served`. */
export const DELIVERED_BREAKDOWN = named(
  "Breakdown",
  z.strictObject({
    schema: z.literal("pnl.breakdown.v1"),
    position: POSITION,
    currency: z.literal("USD"),
    totalRevenue: MONEY.describe("`kalshi.pnl + revenue.total`"),
    totalExpenses: MONEY.describe("`anthropic.total`"),
    netPnl: MONEY.describe("`totalRevenue − totalExpenses`"),
    kalshi: KALSHI,
    anthropic: ANTHROPIC,
    revenue: REVENUE,
    served: SERVED,
  }) satisfies z.ZodType<Breakdown & { readonly served: Served }>,
);
