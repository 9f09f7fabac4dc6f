/** Contract counts (integer hundredths), prices per contract, and what a number of contracts comes to. */
import { scaledNumber } from "./decimal.ts";
import { divideHalfEven, type Money, money } from "./money.ts";

/** One dollar, what a pair of a YES and a NO contract is worth, in nano-dollars. */
export const DOLLAR = 1_000_000_000;

/** Thrown by the fold where an event, though of the catalogue, cannot be folded. */
export class UnfoldableError extends Error {
  readonly code = "event_unfoldable";
  constructor(
    /** Field of `data` at fault. */
    readonly field: string,
    readonly value: string,
    reason: string,
  ) {
    super(`Cannot fold ${field} ${JSON.stringify(value.slice(0, 80))}: ${reason}`);
    this.name = "UnfoldableError";
  }
}

/**
 * Reads a count of contracts as integer hundredths: `"2.50"` is 250. The venue's smallest step is 0.01.
 *
 * @throws {UnfoldableError} on a negative count, one finer than 0.01, or one of more than 13 digits
 */
export function parseCount(text: string, field = "count"): number {
  const count = scaledNumber(text, 2) ?? scaledNumber(text.replace(/(\.\d\d)0+$/, "$1"), 2);
  if (count === null) throw new UnfoldableError(field, text, "not a count of whole hundredths");
  if (count < 0) throw new UnfoldableError(field, text, "a count below zero");
  return count;
}

/**
 * Reads a price per contract in nano-dollars, from 0 to 1 dollar.
 *
 * @throws {UnfoldableError} outside of that, or finer than a nano-dollar
 */
export function parsePrice(text: string, field = "yesPrice"): number {
  const price = scaledNumber(text, 9) ?? scaledNumber(text.replace(/(\.\d{9})0+$/, "$1"), 9);
  if (price === null || price < 0 || price > DOLLAR) {
    throw new UnfoldableError(field, text, "not a price from 0 to 1 dollar");
  }
  return price;
}

/**
 * What `count` hundredths of contracts come to at `price` nano-dollars each: exact at prices of up to
 * seven decimals (the venue sends six), else rounded half-even, once.
 */
export function worth(count: number, price: number): Money {
  const product = count * price;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const whole = product / 100;
    if (Number.isInteger(whole)) return money(BigInt(whole));
  }
  return money(divideHalfEven(BigInt(count) * BigInt(price), 100n));
}

/** Hundredths of contracts as text with two decimals: -250 is `"-2.50"`. */
export function formatCount(count: number): string {
  const magnitude = Math.abs(count);
  const hundredths = (magnitude % 100).toString().padStart(2, "0");
  return `${count < 0 ? "-" : ""}${Math.floor(magnitude / 100)}.${hundredths}`;
}
