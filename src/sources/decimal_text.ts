/** Exact decimals as text: what upstreams send, on the way into events. No number ever becomes a double. */
import { shownValue } from "./shown_value.ts";

/** A JSON number, or a decimal string; upstreams use both for the same field. */
const NUMBER = /^(-?)(\d{1,99})(?:\.(\d{1,99}))?(?:[eE]([+-]?\d{1,3}))?$/;
/** What an event may hold: see the catalogue's `decimal`. */
const MAX_INTEGER_DIGITS = 30;
const MAX_FRACTION_DIGITS = 60;

/**
 * Moves the decimal point of a number's text: `shiftPoint("123.78912", -2)` is `"1.2378912"`.
 *
 * @param text a JSON number or decimal string, an exponent allowed
 * @param places how far to the right; negative is to the left
 * @returns a plain decimal without an exponent; the digits sent are kept, trailing zeros too
 * @throws {RangeError} where the text is no number, or has more digits than an event may hold
 */
export function shiftPoint(text: string, places: number): string {
  const match = NUMBER.exec(text);
  if (match === null) {
    throw new RangeError(`Cannot read ${shownValue(text)} as a number`);
  }
  const fraction = match[3] ?? "";
  const digits = match[2]! + fraction;
  const exponent = Number(match[4] ?? "0") + places - fraction.length;
  const whole = exponent >= 0
    ? digits + "0".repeat(exponent)
    : digits.padStart(1 - exponent, "0").slice(0, exponent);
  const rest = exponent >= 0 ? "" : digits.padStart(1 - exponent, "0").slice(exponent);
  const integer = whole.replace(/^0+(?=\d)/, "");
  if (integer.length > MAX_INTEGER_DIGITS || rest.length > MAX_FRACTION_DIGITS) {
    throw new RangeError(`Cannot hold ${shownValue(text)}: too many digits`);
  }
  const magnitude = rest === "" ? integer : `${integer}.${rest}`;
  return match[1] === "-" && /[1-9]/.test(magnitude) ? `-${magnitude}` : magnitude;
}

/**
 * The number's text as a plain decimal: `"1e3"` is `"1000"`.
 *
 * @throws {RangeError} as {@link shiftPoint}
 */
export function plainDecimal(text: string): string {
  return shiftPoint(text, 0);
}

/**
 * Exact sum of plain decimals; `"0"` of none.
 *
 * @throws {RangeError} where one is no number
 */
export function sumDecimals(texts: readonly string[]): string {
  const parts = texts.map((text) => plainDecimal(text));
  const decimals = Math.max(0, ...parts.map((part) => part.split(".")[1]?.length ?? 0));
  let total = 0n;
  for (const part of parts) {
    const [whole = "", fraction = ""] = part.split(".");
    total += BigInt(whole + fraction.padEnd(decimals, "0"));
  }
  return shiftPoint(total.toString(), -decimals);
}
