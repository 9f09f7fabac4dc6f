/**
 * What two records of one event have to agree on: the catalogue's fields of `data` in normal form.
 *
 * Sequence, times, the type's version, fields that the catalogue does not have and fields that one side
 * lacks are no difference: an upstream that grows a field must not turn its history into conflicts.
 */
import { EVENT_DATA, type EventType } from "./event.ts";
import { parseScaled } from "./money.ts";

/** Fields that hold a decimal: `1`, `1.0` and `01.00` are one value. */
export const DECIMAL_FIELDS: ReadonlySet<string> = new Set([
  "amount",
  "cash",
  "collected",
  "exposure",
  "fee",
  "fees",
  "invoiced",
  "noCost",
  "realizedPnl",
  "revenue",
  "value",
  "yesCost",
  "yesPrice",
]);

/** Fields that hold a number of contracts; compared as integer hundredths. */
export const COUNT_FIELDS: ReadonlySet<string> = new Set(["count", "noCount", "yesCount"]);

/** The upstream's own text of `time`; endpoints differ in how fine it is. */
const TIME_FIELDS: ReadonlySet<string> = new Set(["upstreamTime"]);

const DECIMAL = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/;

/** A decimal without leading and trailing zeros; anything else as it is. */
function normalDecimal(text: string): string {
  const match = DECIMAL.exec(text);
  if (match === null) return text;
  const magnitude = match[3] ? `${match[2]}.${match[3]}` : match[2]!;
  return magnitude === "0" ? "0" : `${match[1]}${magnitude}`;
}

/** A count as integer hundredths, half-even; anything else as it is. */
function normalCount(text: string): string {
  return DECIMAL.test(text) ? parseScaled(text, 2).toString() : text;
}

type Side = "either" | "next";

/** Whether two values of a field differ; `side` says whose extra fields count. */
function differs(field: string, last: unknown, next: unknown, side: Side): boolean {
  if (last === next || TIME_FIELDS.has(field)) return false;
  if (typeof last === "string" && typeof next === "string") {
    if (DECIMAL_FIELDS.has(field)) return normalDecimal(last) !== normalDecimal(next);
    if (COUNT_FIELDS.has(field)) return normalCount(last) !== normalCount(next);
    return true;
  }
  if (Array.isArray(last) && Array.isArray(next)) {
    return last.length !== next.length ||
      last.some((item, index) => differs(field, item, next[index], side));
  }
  if (isRecord(last) && isRecord(next)) {
    return Object.keys(next).some((key) =>
      Object.hasOwn(last, key)
        ? differs(key, last[key], next[key], side)
        : side === "next" && next[key] !== undefined
    );
  }
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function differingFields(
  type: EventType,
  last: unknown,
  next: unknown,
  side: Side,
): string[] {
  if (!isRecord(last) || !isRecord(next)) return last === next ? [] : ["data"];
  const fields: string[] = [];
  for (const field of Object.keys(EVENT_DATA[type].shape)) {
    const known = Object.hasOwn(last, field) && last[field] !== undefined;
    const offered = Object.hasOwn(next, field) && next[field] !== undefined;
    if (known && offered) {
      if (differs(field, last[field], next[field], side)) fields.push(field);
    } else if (offered && side === "next" && !TIME_FIELDS.has(field)) {
      fields.push(field);
    }
  }
  return fields;
}

/**
 * The fields of `data` in which an event offered under a known identity contradicts what is stored.
 *
 * @param type the newest version of the event's type; both sides are of that version
 * @param stored `data` as it stands in the log, upcast
 * @param offered `data` as it is offered
 * @returns names of fields in the catalogue's order; empty where both say the same
 */
export function contentDifference(type: EventType, stored: unknown, offered: unknown): string[] {
  return differingFields(type, stored, offered, "either");
}

/**
 * Whether an observation says something that the last one did not. As {@link contentDifference}, but a
 * field that only `next` has is a change (a cost by description where the last gave only the total).
 *
 * @param type the newest version of the event's type
 * @param last `data` of the last observation, upcast
 * @param next `data` as observed now
 */
export function observationChanged(type: EventType, last: unknown, next: unknown): boolean {
  return differingFields(type, last, next, "next").length > 0;
}
