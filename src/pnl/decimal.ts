/** Decimal texts as small integers: the fast way for the figures that fit a safe integer. */

const ZERO_CODE = 48;
const NINE_CODE = 57;
const DOT_CODE = 46;
const MINUS_CODE = 45;
/** Fifteen digits always fit a safe integer. */
const MAX_DIGITS = 15;

/**
 * Reads a decimal text as an integer of `decimals` decimal places, where it is short enough to be read
 * exactly as a number.
 *
 * @returns null where it is not: malformed, finer than `decimals`, or more than 15 digits
 */
export function scaledNumber(text: string, decimals: number): number | null {
  const end = text.length;
  const negative = end > 0 && text.charCodeAt(0) === MINUS_CODE;
  const start = negative ? 1 : 0;
  let value = 0;
  let dot = -1;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO_CODE && code <= NINE_CODE) {
      value = value * 10 + (code - ZERO_CODE);
    } else if (code === DOT_CODE && dot < 0 && at > start) {
      dot = at;
    } else {
      return null;
    }
  }
  const places = dot < 0 ? 0 : end - dot - 1;
  const digits = end - start - (dot < 0 ? 0 : 1);
  if (digits === 0 || (dot >= 0 && places === 0)) return null;
  const missing = decimals - places;
  if (missing < 0 || digits + missing > MAX_DIGITS) return null;
  for (let place = 0; place < missing; place++) value *= 10;
  return negative && value !== 0 ? -value : value;
}
