/** The span of time that the curve is asked for: a preset that ends now, or a custom one. */
import { hrefOf } from "../route.ts";

/** The presets, from short to long. Days, months, quarters and years are those of UTC. */
export const PRESETS = ["1h", "today", "7d", "mtd", "qtd", "ytd", "all"] as const;

/** A preset. It ends now, so that it is live. */
export type Preset = (typeof PRESETS)[number];

/** What the presets are called. */
export const PRESET_LABELS: Readonly<Record<Preset, { short: string; long: string }>> = {
  "1h": { short: "1h", long: "the last hour" },
  today: { short: "Today", long: "today (UTC)" },
  "7d": { short: "7d", long: "the last 7 days" },
  mtd: { short: "MTD", long: "this month (UTC)" },
  qtd: { short: "QTD", long: "this quarter (UTC)" },
  ytd: { short: "YTD", long: "this year (UTC)" },
  all: { short: "All", long: "all time" },
};

/** A span of time in milliseconds since the epoch: at or after `from`, and before or at `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What the reader has asked for. */
export type CurveRange = { readonly preset: Preset } | { readonly custom: Span };

/** What is shown where nothing is asked for. */
export const DEFAULT_PRESET: Preset = "today";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A shorter custom range than this has nothing to show. */
export const SHORTEST_MS = 60_000;

function isPreset(text: string): text is Preset {
  return (PRESETS as readonly string[]).includes(text);
}

/** Reads a range from the parameters of the address; what cannot be read is the default. */
export function rangeOf(params: ReadonlyMap<string, string>): CurveRange {
  const preset = params.get("range") ?? "";
  if (isPreset(preset)) return { preset };
  const from = Date.parse(params.get("from") ?? "");
  const to = Date.parse(params.get("to") ?? "");
  return faultOf(from, to) === null ? { custom: { from, to } } : { preset: DEFAULT_PRESET };
}

/** Why two times are no range, in words; null where they are one. */
export function faultOf(from: number, to: number): string | null {
  if (Number.isNaN(from)) return "Enter the time from which to show the curve.";
  if (Number.isNaN(to)) return "Enter the time up to which to show the curve.";
  if (to <= from) return "The end has to be after the beginning.";
  return to - from < SHORTEST_MS ? "A range is at least one minute long." : null;
}

/** The address of a range. */
export function rangeHref(range: CurveRange): string {
  if ("preset" in range) return hrefOf("curve", null, { range: range.preset });
  const iso = (ms: number) => new Date(ms).toISOString();
  return hrefOf("curve", null, { from: iso(range.custom.from), to: iso(range.custom.to) });
}

/** A range in words that follow "over" or "in". */
export function rangeName(range: CurveRange): string {
  return "preset" in range ? PRESET_LABELS[range.preset].long : "this range";
}

/** A text that is the same for the same range. */
export function rangeKey(range: CurveRange): string {
  return "preset" in range ? range.preset : `${range.custom.from}/${range.custom.to}`;
}

/** The first instant of a preset, in UTC. */
function startOf(preset: Exclude<Preset, "all">, now: number): number {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (preset) {
    case "1h":
      return now - HOUR_MS;
    case "today":
      return Math.floor(now / DAY_MS) * DAY_MS;
    case "7d":
      return now - 7 * DAY_MS;
    case "mtd":
      return Date.UTC(year, month, 1);
    case "qtd":
      return Date.UTC(year, month - month % 3, 1);
    case "ytd":
      return Date.UTC(year, 0, 1);
  }
}

/**
 * The span of a range. A preset that reaches back before history begins is cut there.
 *
 * @param now the server's time, in milliseconds since the epoch
 * @param first from when history exists; null where there is none
 */
export function spanOf(range: CurveRange, now: number, first: number | null): Span {
  if ("custom" in range) return range.custom;
  const start = range.preset === "all" ? first ?? now : startOf(range.preset, now);
  return { from: Math.min(Math.max(start, first ?? start), now - SHORTEST_MS), to: now };
}

/** The first instant of the calendar's span that a range is; null where it is none. */
export function calendarStart(range: CurveRange, now: number): number | null {
  if ("custom" in range) return null;
  const { preset } = range;
  return preset === "all" || preset === "1h" || preset === "7d" ? null : startOf(preset, now);
}

/** The next longer preset that begins before this range; null where there is none. */
export function widerOf(range: CurveRange): Preset | null {
  if ("custom" in range) return "all";
  return PRESETS[PRESETS.indexOf(range.preset) + 1] ?? null;
}
