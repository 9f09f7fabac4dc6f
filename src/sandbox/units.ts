/**
 * The sandbox's own units, kept apart from `src/pnl/money.ts` on purpose: its books are to be an
 * independent witness. Amounts are safe integers: micro-dollars for cash and fees (a price is 1e-4
 * dollars and a count 0.01 contracts, so their product is exact in 1e-6), nano-dollars for average cost.
 */

/** Micro-dollars in a cent; also the worth of 0.01 contracts that pay a dollar. */
export const CENT = 10_000;
/** Microseconds in a day. */
export const DAY_MICROS = 86_400_000_000;

/** `value` × 10^-`scale` as text with exactly `scale` decimals: `fixed(17500, 6)` is `"0.017500"`. */
export function fixed(value: number | bigint, scale: number): string {
  const negative = value < 0;
  const digits = String(negative ? -value : value).padStart(scale + 1, "0");
  return `${negative ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** As {@link fixed}, without trailing zeros: `trimmed(12378912, 5)` is `"123.78912"`, `0` is `"0"`. */
export function trimmed(value: number | bigint, scale: number): string {
  return fixed(value, scale).replace(/\.?0+$/, "");
}

/** Dollars with at least two decimals and as many more as the value has: `dollars(12500000, 6)` is `"12.50"`. */
export function dollars(value: number | bigint, scale: number): string {
  return fixed(value, scale).replace(/(\.\d\d\d*?)0+$/, "$1");
}

/** Microseconds since the epoch as RFC 3339 with six decimals. */
export function timeText(micros: number): string {
  const ms = Math.floor(micros / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${
    String(micros - ms * 1000).padStart(3, "0")
  }Z`;
}

/** Unix seconds of a time in microseconds, cut off. */
export function unixSeconds(micros: number): number {
  return Math.floor(micros / 1_000_000);
}

/** The UTC day, `YYYY-MM-DD`, of a count of days since the epoch. */
export function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/**
 * `whole` × `part` ÷ `of`, rounded half to even.
 *
 * @param whole not negative, as are the others; `of` above zero
 */
export function share(whole: number, part: number, of: number): number {
  const product = BigInt(whole) * BigInt(part);
  const divisor = BigInt(of);
  const floor = product / divisor;
  const doubled = 2n * (product - floor * divisor);
  if (doubled < divisor) return Number(floor);
  if (doubled > divisor) return Number(floor + 1n);
  return Number(floor % 2n === 0n ? floor : floor + 1n);
}
