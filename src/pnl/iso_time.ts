/** Times as text. */

/** A time in milliseconds since the epoch as UTC, ISO 8601, with milliseconds; null stays null. */
export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
