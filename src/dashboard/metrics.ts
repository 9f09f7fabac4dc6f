/** The six metrics as the page names them, and what each depends on. */
import type { Snapshot } from "../pnl/snapshot_schema.ts";

/** A metric of a snapshot. */
export type MetricName = keyof Snapshot["metrics"];

/** The sources, in the order in which the page names them. */
export const SOURCES = ["kalshi", "anthropic", "revenue"] as const;

/** A source of figures. */
export type SourceName = (typeof SOURCES)[number];

/** What the page calls a source. */
export const SOURCE_LABELS: Readonly<Record<SourceName, string>> = {
  kalshi: "Kalshi",
  anthropic: "Anthropic",
  revenue: "Revenue",
};

/** How a metric is shown. */
export interface Metric {
  readonly label: string;
  readonly unit: "USD" | "percent";
  /** A gain or a loss: shown with its sign. */
  readonly signed: boolean;
  /** The sources that it depends on. */
  readonly sources: readonly SourceName[];
}

/** The metrics, in the order of the tiles. */
export const METRICS: Readonly<Record<MetricName, Metric>> = {
  netPnl: { label: "Net P&L", unit: "USD", signed: true, sources: SOURCES },
  totalRevenue: {
    label: "Revenue",
    unit: "USD",
    signed: false,
    sources: ["kalshi", "revenue"],
  },
  totalExpenses: { label: "Expenses", unit: "USD", signed: false, sources: ["anthropic"] },
  grossMarginPct: { label: "Gross margin", unit: "percent", signed: false, sources: SOURCES },
  trendPct: { label: "Trend", unit: "percent", signed: true, sources: SOURCES },
  dailyTrendPct: { label: "Daily trend", unit: "percent", signed: true, sources: SOURCES },
};
