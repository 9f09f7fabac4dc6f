/** Times as upstreams send them, normalised to what an event takes. */
import { shownValue } from "./shown_value.ts";

/** How far ahead of this machine's clock a row's time may be, in milliseconds. */
const MAX_AHEAD_MS = 5 * 60_000;

/** An upstream's time. */
export interface UpstreamTime {
  /** UTC, ISO 8601, milliseconds, `Z`; what is finer is cut off. */
  readonly time: string;
  /** UTC with nine decimals and `Z`: orders as text, finer than `time`. */
  readonly fine: string;
  /** Unix seconds, rounded down. */
  readonly seconds: number;
}

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Reads RFC 3339 text.
 *
 * @throws {RangeError} without a zone, for a day or an hour that does not exist, and for more than five
 *   minutes ahead of `now`
 */
export function readRfc3339(text: string, now: number): UpstreamTime {
  const match = RFC3339.exec(text);
  if (match === null) throw new RangeError(`is not RFC 3339 with a zone: ${shownValue(text)}`);
  const [, day, hour, minute, second, fraction = "", zone] = match;
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) {
    throw new RangeError(`is a day that does not exist: ${shownValue(text)}`);
  }
  const whole = Date.parse(`${day}T${hour}:${minute}:${second}.000${zone!.toUpperCase()}`);
  if (Number.isNaN(whole) || hour === "24") {
    throw new RangeError(`is a time that does not exist: ${shownValue(text)}`);
  }
  return upstreamTime(whole, fraction, now, text);
}

/**
 * Reads whole unix seconds.
 *
 * @throws {RangeError} for anything but digits, and for more than five minutes ahead of `now`
 */
export function readUnixSeconds(text: string, now: number): UpstreamTime {
  if (!/^\d{1,11}$/.test(text)) throw new RangeError(`is not unix seconds: ${shownValue(text)}`);
  return upstreamTime(Number(text) * 1000, "", now, text);
}

function upstreamTime(whole: number, fraction: string, now: number, text: string): UpstreamTime {
  const nanos = fraction.padEnd(9, "0");
  const ms = whole + Number(nanos.slice(0, 3));
  if (ms > now + MAX_AHEAD_MS) {
    throw new RangeError(`is more than five minutes ahead: ${shownValue(text)}`);
  }
  if (ms < 0) throw new RangeError(`is before 1970: ${shownValue(text)}`);
  const seconds = Math.floor(whole / 1000);
  return {
    time: new Date(ms).toISOString(),
    fine: `${new Date(whole).toISOString().slice(0, 19)}.${nanos}Z`,
    seconds,
  };
}
