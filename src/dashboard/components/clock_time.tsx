/** A time of day on the page, in the zone that the reader asked for; its date where it is another day. */
import { timeText } from "../format.ts";
import { usePreference } from "../preferences.ts";

const DATE_LENGTH = "2026-11-22".length;

/**
 * A time without its date where that is today's; all of it on hover.
 *
 * @param value ISO 8601
 */
export function ClockTime({ value }: { readonly value: string }) {
  const zone = usePreference((preferences) => preferences.zone);
  const full = timeText(value, zone);
  const today = timeText(Date.now(), zone);
  const isToday = full.slice(0, DATE_LENGTH) === today.slice(0, DATE_LENGTH);
  return <time dateTime={value} title={full}>{isToday ? full.slice(DATE_LENGTH + 1) : full}</time>;
}
