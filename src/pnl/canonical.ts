/** Canonical JSON: the one text that a value has, so that equal values hash alike. */
import canonicalize from "canonicalize";

/** A value that JSON cannot carry, or not without loss. */
export class NotCanonicalError extends Error {
  readonly code = "not_canonical";
  constructor(reason: string, options?: ErrorOptions) {
    super(`Cannot write as canonical JSON: ${reason}`, options);
    this.name = "NotCanonicalError";
  }
}

/**
 * The RFC 8785 text of a value: members sorted by UTF-16 code units, no white space, numbers as
 * ECMAScript prints them. Members that are `undefined` are left out, as `JSON.stringify` does.
 *
 * @throws {NotCanonicalError} on a lone surrogate, NaN, infinity, BigInt, a circle, or `undefined` itself
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (error) {
    throw new NotCanonicalError(error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  if (text === undefined) throw new NotCanonicalError(`${typeof value} has no JSON`);
  return text;
}
