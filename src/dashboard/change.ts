/** How far a figure is from an earlier one: exact, and by the server's own rule for percentages. */
import { formatMoney, minus, parseMoney, parseScaled } from "../pnl/money.ts";
import { trendPercent } from "../pnl/percent.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";

/** A change of an amount. */
export interface Change {
  /** Dollars. */
  readonly amount: string;
  /** Of the earlier amount; null where that is zero. */
  readonly percent: string | null;
}

/** Decimals of a percentage. */
const PLACES = 2;

/** The change from one amount to another. */
export function changeOf(value: string, base: string): Change {
  const [now, before] = [parseMoney(value), parseMoney(base)];
  return { amount: formatMoney(minus(now, before)), percent: trendPercent(now, before) };
}

/** The change from one percentage to another, in percentage points; null where one is not known. */
export function pointsOf(value: string | null, base: string | null): string | null {
  if (value === null || base === null) return null;
  const hundredths = parseScaled(value, PLACES) - parseScaled(base, PLACES);
  const digits = String(hundredths < 0n ? -hundredths : hundredths).padStart(PLACES + 1, "0");
  return `${hundredths < 0n ? "-" : ""}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
}

/** The metrics of a snapshot that say how far net P&L is from an earlier one. */
export type TrendName = "trendPct" | "dailyTrendPct";

/**
 * True where the trend of a snapshot is the one that a base gives: a base is shown only where it proves
 * to be the one that the server measured against.
 */
export function isBaseOf(
  metrics: Snapshot["metrics"],
  trend: TrendName,
  base: Snapshot["metrics"],
): boolean {
  return changeOf(metrics.netPnl, base.netPnl).percent === metrics[trend];
}
