/**
 * Exact money: nano-dollars (1e-9 USD) in a branded `bigint`. No binary float touches an amount.
 */
import { scaledNumber } from "./decimal.ts";

declare const brand: unique symbol;

/** An amount of US dollars in nano-dollars (1e-9). */
export type Money = bigint & { readonly [brand]: "Money" };

const DECIMALS = 9;
const NANOS = 10 ** DECIMALS;
const SCALE = BigInt(NANOS);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const DECIMAL = /^(-?)(\d{1,30})(?:\.(\d{1,60}))?$/;

/** Nothing. */
export const ZERO = 0n as Money;

/** Thrown where a text is not a plain decimal number. */
export class InvalidDecimalError extends Error {
  readonly code = "invalid_decimal";
  constructor(readonly value: string) {
    super(`Cannot read ${JSON.stringify(value.slice(0, 80))} as a decimal number`);
    this.name = "InvalidDecimalError";
  }
}

/**
 * Quotient rounded half to even.
 *
 * @param numerator any integer
 * @param denominator any integer but zero
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const sign = (numerator < 0n) === (denominator < 0n) ? 1n : -1n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const quotient = n / d;
  const twice = (n % d) * 2n;
  const up = twice > d || (twice === d && (quotient & 1n) === 1n);
  return sign * (up ? quotient + 1n : quotient);
}

/**
 * Reads a decimal text as an integer of `decimals` decimal places; what is finer is rounded half-even.
 *
 * @throws {InvalidDecimalError} on anything but an optional minus, digits, and an optional fraction
 */
export function parseScaled(text: string, decimals: number): bigint {
  const small = scaledNumber(text, decimals);
  if (small !== null) return BigInt(small);
  const match = DECIMAL.exec(text);
  if (match === null) throw new InvalidDecimalError(text);
  const fraction = match[3] ?? "";
  const digits = BigInt(match[2]! + fraction.padEnd(decimals, "0"));
  const excess = fraction.length - decimals;
  const magnitude = excess > 0 ? divideHalfEven(digits, 10n ** BigInt(excess)) : digits;
  return match[1] === "-" ? -magnitude : magnitude;
}

/**
 * Reads dollars: `"12.5"` is 12.50 USD. More than nine decimals are rounded half-even, once.
 *
 * @throws {InvalidDecimalError}
 */
export function parseMoney(text: string): Money {
  return parseScaled(text, DECIMALS) as Money;
}

/** Brands a count of nano-dollars, for results of integer arithmetic on amounts. */
export function money(nanos: bigint): Money {
  return nanos as Money;
}

/** Sum of two amounts. */
export function plus(a: Money, b: Money): Money {
  return (a + b) as Money;
}

/** `a` less `b`. */
export function minus(a: Money, b: Money): Money {
  return (a - b) as Money;
}

/** Dollars as text with at least two decimals and as many more as the value has: `"12.50"`, `"0.0175"`. */
export function formatMoney(value: Money): string {
  if (value === 0n) return "0.00";
  const sign = value < 0n ? "-" : "";
  const magnitude = value < 0n ? -value : value;
  if (magnitude > MAX_SAFE) {
    return `${sign}${magnitude / SCALE}.${formatFraction(Number(magnitude % SCALE))}`;
  }
  // Remainders and differences of safe integers are exact; dividing bigints would cost ten times as much.
  const nanos = Number(magnitude);
  const fraction = nanos % NANOS;
  return `${sign}${(nanos - fraction) / NANOS}.${formatFraction(fraction)}`;
}

/** An amount as text; null stays null. */
export function formatOrNull(amount: Money | null): string | null {
  return amount === null ? null : formatMoney(amount);
}

/** At least two digits of a fraction in nanos, without further trailing zeros. */
function formatFraction(nanos: number): string {
  let digits = nanos;
  let places = DECIMALS;
  while (places > 2 && digits % 10 === 0) {
    digits /= 10;
    places -= 1;
  }
  return digits.toString().padStart(places, "0");
}
