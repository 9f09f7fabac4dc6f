/** JSON whose numbers keep the text they were sent as. */

/**
 * Parses JSON; every number becomes the string of its source text, so that `0.1` and
 * `12345678901234567890` arrive digit for digit.
 *
 * @throws {SyntaxError} where the text is not JSON
 */
export function parseJsonText(text: string): unknown {
  return JSON.parse(
    text,
    (_key, value: unknown, context?: { readonly source?: string }) =>
      typeof value === "number" ? context?.source ?? lost() : value,
  );
}

function lost(): never {
  throw new Error("Cannot read JSON exactly: this runtime gives no source text of numbers");
}
