/** A time on the page, in the zone that the reader asked for. */
import { timeText } from "../format.ts";
import { usePreference } from "../preferences.ts";

/** A time to the second, with its zone; a dash where it is null. */
export function Time({ value }: { readonly value: string | null | undefined }) {
  const zone = usePreference((preferences) => preferences.zone);
  const text = timeText(value, zone);
  return value === null || value === undefined
    ? <span>{text}</span>
    : <time dateTime={value}>{text}</time>;
}
