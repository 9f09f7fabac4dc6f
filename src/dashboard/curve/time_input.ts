/** Times in a form: `datetime-local` knows no zone, so that it is read in the one that the page shows. */
import type { Zone } from "./ticks.ts";

const LENGTH = "2026-11-22T10:00:00".length;

/** A time as such an input takes it, to the second. @param time milliseconds since the epoch */
export function localInput(time: number, zone: Zone): string {
  const shift = zone === "utc" ? 0 : new Date(time).getTimezoneOffset() * 60_000;
  return new Date(time - shift).toISOString().slice(0, LENGTH);
}

/** What such an input holds, in milliseconds since the epoch; NaN where that is no time. */
export function readInput(text: string, zone: Zone): number {
  return text === "" ? NaN : Date.parse(zone === "utc" ? `${text}Z` : text);
}
