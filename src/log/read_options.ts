/** Checking what is asked of a log. */
import { isEventTime } from "../pnl/event.ts";
import type { ReadOptions, ReadOrder, SubscribeOptions } from "./event_log.ts";

/** At most this many lines a page. */
const MAX_PAGE = 10_000;
const DEFAULT_PAGE = 1_000;

/** The bounds of a read, with the defaults filled in. */
export interface Bounds {
  readonly after: number;
  readonly to: number;
  readonly limit: number;
  readonly order: ReadOrder;
}

function checkInteger(name: string, value: number, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new RangeError(`Cannot read: ${name} must be ${least} to ${most}, not ${value}`);
  }
  return value;
}

/**
 * The bounds of a read.
 *
 * @throws {RangeError} on a position or limit out of range, or a time in another form than events have
 */
export function readBounds(options: ReadOptions): Bounds {
  for (const name of ["timeFrom", "timeTo", "recordedFrom", "recordedTo"] as const) {
    const time = options[name];
    if (time !== undefined && !isEventTime(time)) {
      throw new RangeError(`Cannot read: ${name} is not a UTC time with milliseconds: ${time}`);
    }
  }
  const most = Number.MAX_SAFE_INTEGER;
  return {
    after: checkInteger("after", options.after ?? 0, 0, most),
    to: checkInteger("to", options.to ?? most, 0, most),
    limit: checkInteger("limit", options.limit ?? DEFAULT_PAGE, 1, MAX_PAGE),
    order: options.order ?? "asc",
  };
}

/** The bounds of a subscription. @throws {RangeError} */
export function checkSubscription({ after = 0, batch = DEFAULT_PAGE }: SubscribeOptions): void {
  readBounds({ after, limit: batch });
}

/** True where only positions are asked for, so that every position must be there. */
export function isUnfiltered(options: ReadOptions): boolean {
  return options.source === undefined && options.type === undefined &&
    options.subject === undefined && options.timeFrom === undefined &&
    options.timeTo === undefined && options.recordedFrom === undefined &&
    options.recordedTo === undefined;
}
