/** Times of events: to the millisecond, in a column whose head says the zone. */
import { NOTHING, timeText } from "../format.ts";

/** A time to the millisecond, without its zone. */
export function stampText(value: string, zone: "utc" | "local"): string {
  const text = timeText(value, zone);
  const ms = /\.(\d{3})Z$/.exec(value)?.[1];
  if (text === NOTHING || ms === undefined) return text;
  return `${text.slice(0, "2026-11-22 10:00:00".length)}.${ms}`;
}
