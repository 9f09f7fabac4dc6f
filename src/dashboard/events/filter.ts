/** Which events are shown: the filters as they stand in the page's address, and what is wrong with them. */
import type { RecordedEvent } from "../../pnl/event.ts";
import { isSource, isType, sourceWords, typeWords } from "./catalogue.ts";

/** The filters, in the order of the form; the server's parameters have the same names. */
export const FILTER_NAMES = [
  "source",
  "type",
  "subject",
  "from",
  "to",
  "recordedFrom",
  "recordedTo",
  "after",
  "before",
] as const;

/** A filter. */
export type FilterName = (typeof FILTER_NAMES)[number];

/** The filters that are set, as they were typed. */
export type Filter = Readonly<Partial<Record<FilterName, string>>>;

/** What the page calls the filters. */
export const FILTER_LABELS: Readonly<Record<FilterName, string>> = {
  source: "Source",
  type: "Type",
  subject: "Subject",
  from: "Happened from",
  to: "Happened before",
  recordedFrom: "Recorded from",
  recordedTo: "Recorded before",
  after: "Position above",
  before: "Position below",
};

const TIMES = ["from", "to", "recordedFrom", "recordedTo"] as const;
const POSITIONS = ["after", "before"] as const;
const MAX_SUBJECT = 500;
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?(?: ?(?:Z|UTC))?)?$/i;

/** The filters of an address; empty ones are none. */
export function filterOf(params: ReadonlyMap<string, string>): Filter {
  const filter: Partial<Record<FilterName, string>> = {};
  for (const name of FILTER_NAMES) {
    const text = params.get(name)?.trim() ?? "";
    if (text !== "") filter[name] = text;
  }
  return filter;
}

/** The names of the filters that are set. */
export function namesIn(filter: Filter): FilterName[] {
  return FILTER_NAMES.filter((name) => filter[name] !== undefined);
}

/** Reads a day, or a time of UTC to the minute or finer, as ISO 8601 with milliseconds; null where it is none. */
export function readTime(text: string): string | null {
  const match = TIME.exec(text.trim());
  if (match === null) return null;
  const [, day = "", minutes = "00:00", seconds = ":00"] = match;
  const ms = Date.parse(`${day}T${minutes}${seconds}Z`);
  if (Number.isNaN(ms)) return null;
  const iso = new Date(ms).toISOString();
  // A day that the calendar lacks is read as another one.
  return iso.slice(0, day.length) === day ? iso : null;
}

/** Reads a position, or the one before the first; null where it is none. */
function readPosition(text: string): number | null {
  const position = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(position) ? position : null;
}

/** The positions that the filters let through: those above the first, and below the second. */
export function positionBounds({ after, before }: Filter): readonly [number, number] {
  return [readPosition(after ?? "") ?? 0, readPosition(before ?? "") ?? Infinity];
}

/** What is wrong with each filter, in words that follow its label; empty where nothing is. */
export function faultsOf(filter: Filter): Partial<Record<FilterName, string>> {
  const faults: Partial<Record<FilterName, string>> = {};
  const { source, type, subject } = filter;
  if (source !== undefined && !isSource(source)) faults.source = `${source} is no source`;
  if (type !== undefined && !isType(type)) faults.type = `${type} is no type of event`;
  if (subject !== undefined && subject.length > MAX_SUBJECT) {
    faults.subject = `is longer than ${MAX_SUBJECT} characters`;
  }
  for (const name of TIMES) {
    const text = filter[name];
    if (text !== undefined && readTime(text) === null) {
      faults[name] = `${text} is no UTC time such as 2026-11-22 or 2026-11-22 10:30`;
    }
  }
  for (const name of POSITIONS) {
    const text = filter[name];
    if (text !== undefined && readPosition(text) === null) faults[name] = `${text} is no position`;
  }
  const [above, below] = positionBounds(filter);
  if (below <= above + 1) faults.before = "leaves no position";
  for (const [first, last] of [["from", "to"], ["recordedFrom", "recordedTo"]] as const) {
    const [begin, end] = [readTime(filter[first] ?? ""), readTime(filter[last] ?? "")];
    if (begin !== null && end !== null && end <= begin) {
      faults[last] = `is not after ${FILTER_LABELS[first].toLowerCase()}`;
    }
  }
  return faults;
}

/**
 * Parameters of a request to the server: the filters, times in its form, and others.
 *
 * @param only the filters that are sent; default all
 */
export function queryOf(
  filter: Filter,
  more: Readonly<Record<string, string | number>> = {},
  only: readonly FilterName[] = FILTER_NAMES,
): string {
  const query = new URLSearchParams();
  for (const name of only) {
    const text = filter[name];
    if (text === undefined) continue;
    const isTime = (TIMES as readonly string[]).includes(name);
    query.set(name, isTime ? readTime(text) ?? text : text);
  }
  for (const [name, value] of Object.entries(more)) query.set(name, String(value));
  return query.toString();
}

/** True where an event lies within the spans of the filters, by which the server's stream does not go. */
export function isWithin(
  filter: Filter,
  event: Pick<RecordedEvent, "time" | "recordedtime" | "sequence">,
): boolean {
  const [above, below] = positionBounds(filter);
  const position = Number(event.sequence);
  if (position <= above || position >= below) return false;
  const bounds = [[event.time, filter.from, filter.to], [
    event.recordedtime,
    filter.recordedFrom,
    filter.recordedTo,
  ]] as const;
  return bounds.every(([at, from, to]) => {
    const [begin, end] = [readTime(from ?? ""), readTime(to ?? "")];
    return (begin === null || at >= begin) && (end === null || at < end);
  });
}

/** A filter's value as the page says it. */
export function valueWords(name: FilterName, value: string): string {
  if (name === "source") return sourceWords(value);
  if (name === "type") return typeWords(value);
  if (name === "subject" || name === "after" || name === "before") return value;
  return readTime(value)?.replace("T", " ").replace(/(:00)?\.000Z$|Z$/, " UTC") ?? value;
}
