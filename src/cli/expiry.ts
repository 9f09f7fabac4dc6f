/** When a key ends: after a time, or on a day. */
import { UsageError } from "./command.ts";

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 100 * 365 * 86_400_000;

/**
 * Reads when something ends: `90d`, `12h`, `30m`, a UTC day (its first instant) or a UTC time.
 *
 * @param now Unix milliseconds
 * @returns Unix milliseconds
 * @throws {UsageError} where that is none, or is over
 */
export function readExpiry(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text);
  const at = unit !== undefined
    ? now + Number(count) * (UNIT_MS[unit] ?? NaN)
    : isTime
    ? Date.parse(text)
    : NaN;
  const shown = JSON.stringify(text.slice(0, 40));
  // A day that the calendar lacks parses to another one.
  const isReal = !isTime || new Date(at || 0).toISOString().startsWith(text.slice(0, 10));
  if (Number.isNaN(at) || !isReal) {
    throw new UsageError(`--expires: ${shown} is no time such as 90d, 12h or 2027-01-31`);
  }
  if (at <= now) throw new UsageError(`--expires: ${shown} is over already`);
  if (at - now > LONGEST_MS) throw new UsageError(`--expires: ${shown} is too far away`);
  return at;
}
