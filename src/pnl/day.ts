/** UTC days, months and years as texts that order like the instants they name. */

/** The calendar periods that a snapshot carries. */
export type PeriodName = "day" | "month" | "year" | "all";

/** Day of a UTC time: `2026-11-22`. */
export function dayOf(time: string): string {
  return time.slice(0, 10);
}

/** Month of a UTC day or time: `2026-11`. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** Year of a UTC day or time: `2026`. */
export function yearOf(day: string): string {
  return day.slice(0, 4);
}

/** First instant of a UTC day. */
export function startOfDay(day: string): string {
  return `${day}T00:00:00.000Z`;
}

/** First instant of the calendar period that a day lies in; the empty text, before all times, for `all`. */
export function startOfPeriod(period: PeriodName, day: string): string {
  switch (period) {
    case "day":
      return startOfDay(day);
    case "month":
      return startOfDay(`${monthOf(day)}-01`);
    case "year":
      return startOfDay(`${yearOf(day)}-01-01`);
    case "all":
      return "";
  }
}

/** True where a time or day lies in the calendar period that `day` lies in. */
export function inPeriod(period: PeriodName, day: string, time: string): boolean {
  switch (period) {
    case "day":
      return time.startsWith(dayOf(day));
    case "month":
      return time.startsWith(monthOf(day));
    case "year":
      return time.startsWith(yearOf(day));
    case "all":
      return true;
  }
}
