/** Percentages: a quotient of two amounts, rounded once. */
import { divideHalfEven, type Money } from "./money.ts";

/**
 * `numerator ÷ denominator × 100` as text with two decimals, rounded half-even, once; zero has no sign.
 *
 * @returns null where the denominator is zero
 */
export function percent(numerator: Money, denominator: Money): string | null {
  if (denominator === 0n) return null;
  const hundredths = divideHalfEven(numerator * 10_000n, denominator);
  const magnitude = hundredths < 0n ? -hundredths : hundredths;
  const fraction = (magnitude % 100n).toString().padStart(2, "0");
  return `${hundredths < 0n ? "-" : ""}${magnitude / 100n}.${fraction}`;
}

/** Gross margin: net ÷ revenue × 100, null where revenue is not positive. */
export function marginPercent(net: Money, revenue: Money): string | null {
  return revenue > 0n ? percent(net, revenue) : null;
}

/** Trend: (net − base) ÷ |base| × 100, null where there is no base or it is zero. */
export function trendPercent(net: Money, base: Money | null): string | null {
  if (base === null) return null;
  return percent((net - base) as Money, (base < 0n ? -base : base) as Money);
}
