/** Labels of the time axis, in the zone that the reader asked for. */
import { timeText, zoneText } from "../format.ts";
import type { Grid } from "./grid.ts";

/** A zone that times are shown in. */
export type Zone = "utc" | "local";

/** What a mark of the axis is the beginning of, as the chart's `TickMarkType` counts. */
const KINDS = ["year", "month", "day", "minute", "second"] as const;

const HOUR_MS = 3_600_000;
const DAY_LENGTH = "2026-11-22".length;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/**
 * How far the axis is moved from UTC so that its marks stand at the reader's midnights, in milliseconds:
 * one offset for the whole axis, so that it stays true to time over a change of clocks. Days of the
 * server are UTC days and stay where they are.
 */
export function axisShift({ resolution }: Grid, zone: Zone, to: number): number {
  if (zone === "utc" || resolution === "1d") return 0;
  return -new Date(to).getTimezoneOffset() * 60_000;
}

/** The zone that the axis of a grid is in. */
export function axisZone({ resolution }: Grid, zone: Zone): Zone {
  return resolution === "1d" ? "utc" : zone;
}

/**
 * A mark's label.
 *
 * @param time milliseconds since the epoch
 * @param kind as the chart's `TickMarkType`
 */
export function tickText(time: number, kind: number, zone: Zone): string {
  const name = KINDS[kind];
  const isDate = name === "year" || name === "month" || name === "day";
  // Beyond a change of clocks a midnight of the axis is an hour off.
  const text = timeText(isDate ? time + HOUR_MS : time, zone);
  const [year = "", month = "", day = ""] = text.slice(0, DAY_LENGTH).split("-");
  const monthName = MONTHS[Number(month) - 1] ?? month;
  switch (name) {
    case "year":
      return year;
    case "month":
      return `${monthName} ${year}`;
    case "day":
      return `${Number(day)} ${monthName}`;
    case "second":
      return text.slice(DAY_LENGTH + 1, DAY_LENGTH + 9);
    default:
      return text.slice(DAY_LENGTH + 1, DAY_LENGTH + 6);
  }
}

/** The time of a point in words: a UTC day for days, otherwise to the second with its zone. */
export function pointTimeText(time: number, grid: Grid, zone: Zone): string {
  if (grid.resolution === "1d") return `${new Date(time).toISOString().slice(0, DAY_LENGTH)} (UTC)`;
  return timeText(time, zone);
}

/** The zone in words, at a time. */
export function zoneName(zone: Zone, time: number): string {
  return zone === "utc" ? "UTC" : `local time (${zoneText(new Date(time))})`;
}
