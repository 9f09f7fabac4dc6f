/** Letters and digits: what a double click selects whole, and no URL or shell minds. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = DIGITS.length;
/** The multiple of 62 up to which a byte is taken, so that no digit is likelier than another. */
const FAIR = 256 - 256 % BASE;

/** A random text; each character is worth 5.95 bits. */
export function randomBase62(length: number): string {
  let text = "";
  const bytes = new Uint8Array(length * 2);
  while (text.length < length) {
    crypto.getRandomValues(bytes);
    for (const byte of bytes) {
      if (byte < FAIR && text.length < length) text += DIGITS[byte % BASE];
    }
  }
  return text;
}

/** A whole number as text of a fixed length, with zeros in front. */
export function toBase62(value: number, length: number): string {
  let text = "";
  let rest = value;
  for (let at = 0; at < length; at++) {
    text = DIGITS[rest % BASE] + text;
    rest = Math.floor(rest / BASE);
  }
  if (rest > 0) throw new Error(`Cannot write ${value} with ${length} digits of base 62`);
  return text;
}
