/** An event's text for a reader: as it is stored, or laid out. */

/**
 * The same JSON, a member on each line. Numbers of events are strings or safe integers, so that nothing of
 * them is lost on the way.
 */
export function pretty(line: string): string {
  return JSON.stringify(JSON.parse(line), null, 2);
}

/** How long after it happened an event was recorded, in words; null where it was within a second. */
export function delayWords(time: string, recordedtime: string): string | null {
  const seconds = Math.round((Date.parse(recordedtime) - Date.parse(time)) / 1_000);
  if (Math.abs(seconds) < 1) return null;
  const side = seconds > 0 ? "after" : "before";
  const size = Math.abs(seconds);
  const units = [[86_400, "day"], [3_600, "hour"], [60, "minute"], [1, "second"]] as const;
  for (const [length, unit] of units) {
    if (size < length) continue;
    const count = Math.floor(size / length);
    return `${count} ${unit}${count === 1 ? "" : "s"} ${side} it happened`;
  }
  return null;
}
