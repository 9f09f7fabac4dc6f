/** Checking what is offered to the log, before anything is written. */
import type { ZodError } from "zod";
import { canonicalJson } from "../pnl/canonical.ts";
import {
  type Candidate,
  EVENT_DATA,
  EVENT_SOURCES,
  type EventSource,
  type EventType,
  isEventTime,
} from "../pnl/event.ts";
import { isEventType } from "../pnl/upcast.ts";
import { InvalidEventError } from "./event_log.ts";

/** At most this many candidates a batch. */
const MAX_BATCH = 10_000;

/** How far `time` may be ahead of the clock, milliseconds. */
export const MAX_AHEAD_MS = 5 * 60_000;

const MAX_TEXT = 500;
/** Control characters, which no CloudEvents attribute may hold. */
const CONTROL = /\p{Cc}/u;
const SOURCES: ReadonlySet<string> = new Set(EVENT_SOURCES);

/** The type of the event that the log itself puts before a day's first. */
export const DAY_STARTED: EventType = "pnl.clock.day-started.v1";

/** A candidate that may be appended: of the catalogue, in time, its data clean. */
export interface CheckedCandidate {
  readonly candidate: Candidate;
  readonly source: EventSource;
  readonly type: EventType;
  readonly subject: string;
  readonly time: string;
  /** As the schema reads it: its own fields and nothing else. */
  readonly data: unknown;
}

function textFault(value: unknown): string | null {
  if (typeof value !== "string" || value.length === 0) return "is not a text, or empty";
  if (value.length > MAX_TEXT) return `is longer than ${MAX_TEXT} characters`;
  if (CONTROL.test(value)) return "holds a control character";
  return value.isWellFormed() ? null : "is not well-formed Unicode";
}

function timeFault(time: string, now: number): string | null {
  if (typeof time !== "string" || !isEventTime(time)) {
    return `is not a UTC time with milliseconds: ${JSON.stringify(time)}`;
  }
  return Date.parse(time) > now + MAX_AHEAD_MS ? `is more than 5 minutes ahead: ${time}` : null;
}

function dataFault(error: ZodError): [path: string, reason: string] {
  const issue = error.issues[0];
  const path = ["data", ...(issue?.path ?? []).map(String)].join(".");
  return [path, issue?.message ?? "is not of the catalogue"];
}

/**
 * Checks one candidate against the catalogue.
 *
 * @param now the clock's time, milliseconds
 * @throws {InvalidEventError} naming the field and why
 */
function checkCandidate(
  candidate: Candidate,
  index: number,
  now: number,
): CheckedCandidate {
  const refuse = (path: string, reason: string | null): void => {
    if (reason !== null) throw new InvalidEventError(index, path, reason);
  };
  const { source, type, subject, time } = candidate;
  refuse("source", SOURCES.has(source) ? null : `is unknown: ${JSON.stringify(source)}`);
  refuse("type", isEventType(type) ? null : `is not of the catalogue: ${JSON.stringify(type)}`);
  refuse("subject", textFault(subject));
  if (candidate.kind === "fact") refuse("id", textFault(candidate.id));
  refuse("time", timeFault(time, now));
  const read = EVENT_DATA[type].safeParse(candidate.data);
  if (!read.success) throw new InvalidEventError(index, ...dataFault(read.error));
  if (type === DAY_STARTED) refuse("data.day", dayFault(candidate, read.data));
  return { candidate, source, type, subject, time, data: read.data };
}

/** The day's event has one form, so that the log's own and an offered one are the same. */
function dayFault(candidate: Candidate, data: unknown): string | null {
  const { source, subject } = candidate;
  const id = candidate.kind === "fact" ? candidate.id : null;
  const same = source === "/clock" && id === subject &&
    canonicalJson(data) === canonicalJson({ day: subject });
  return same ? null : "is not the event's id and subject, or the source is not /clock";
}

/**
 * Checks a batch.
 *
 * @param now the clock's time, milliseconds
 * @throws {InvalidEventError} at the first candidate that is not of the catalogue, or one too many
 */
export function checkBatch(batch: readonly Candidate[], now: number): CheckedCandidate[] {
  if (batch.length > MAX_BATCH) {
    throw new InvalidEventError(MAX_BATCH, "batch", `is longer than ${MAX_BATCH} candidates`);
  }
  return batch.map((candidate, index) => checkCandidate(candidate, index, now));
}

/** The recorded time of a batch: now, but never before the last. */
export function recordedTimeOf(now: number, last: string | null): string {
  const time = new Date(now).toISOString();
  return last !== null && last > time ? last : time;
}
