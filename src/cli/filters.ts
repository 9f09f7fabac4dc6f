/** The filters of `events` and `export`: from options to what the log is asked. */
import type { ReadOptions } from "../log/event_log.ts";
import { EVENT_DATA, EVENT_SOURCES, type EventSource, type EventType } from "../pnl/event.ts";
import { type CommandContext, type CommandOption, UsageError } from "./command.ts";
import { nearest } from "./nearest.ts";

/** The filters as options of a subcommand. */
export const FILTER_OPTIONS = {
  source: { type: "string", value: "NAME", help: "Only this source, such as kalshi." },
  type: { type: "string", value: "TYPE", help: "Only this type, such as kalshi.fill.recorded." },
  subject: { type: "string", value: "TEXT", help: "Only this subject." },
  from: { type: "string", value: "TIME", help: "Happened at or after, ISO 8601 or a UTC day." },
  to: { type: "string", value: "TIME", help: "Happened before." },
  "recorded-from": { type: "string", value: "TIME", help: "Recorded at or after." },
  "recorded-to": { type: "string", value: "TIME", help: "Recorded before." },
  after: { type: "string", value: "N", help: "Only positions above N." },
  limit: { type: "string", value: "N", help: "At most N events." },
} satisfies Record<string, CommandOption>;

const TYPES = Object.keys(EVENT_DATA) as EventType[];

/** `kalshi.fill.recorded`, with or without `pnl.` and `.v1`, as the catalogue's name. */
function typeOf(text: string): EventType {
  const full = `${text.startsWith("pnl.") ? "" : "pnl."}${text}${
    /\.v\d+$/.test(text) ? "" : ".v1"
  }`;
  const type = TYPES.find((known) => known === full);
  if (type !== undefined) return type;
  const near = nearest(full, TYPES);
  throw new UsageError(
    `--type: there is no type ${JSON.stringify(text)}${
      near === null ? "" : `; did you mean ${near}?`
    }`,
  );
}

function sourceOf(text: string): EventSource {
  const source = EVENT_SOURCES.find((known) =>
    known === (text.startsWith("/") ? text : `/${text}`)
  );
  if (source !== undefined) return source;
  throw new UsageError(
    `--source: ${JSON.stringify(text)} is not one of ${EVENT_SOURCES.join(", ")}`,
  );
}

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** True for a day that the calendar has: the runtime's parser lets 30 February pass. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A UTC day or an ISO 8601 time with its zone, as events write it. */
function timeOf(name: string, text: string): string {
  const real = TIME.test(text) && isDay(text.slice(0, 10));
  const time = real ? Date.parse(text.includes("T") ? text : `${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(time)) {
    throw new UsageError(
      `--${name}: ${JSON.stringify(text)} is no UTC day and no ISO 8601 time with its zone`,
    );
  }
  return new Date(time).toISOString();
}

/**
 * Reads a whole number from an option.
 *
 * @returns undefined where the option is not given
 * @throws {UsageError}
 */
export function wholeOption(
  options: CommandContext["options"],
  name: string,
  least: number,
): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(String(text)) ? Number(text) : NaN;
  if (!(value >= least)) {
    throw new UsageError(
      `--${name}: ${JSON.stringify(text)} is not a whole number of ${least} or more`,
    );
  }
  return value;
}

/** What is asked of the log, and at most how many events in all. */
export interface Filters {
  readonly read: ReadOptions;
  readonly limit: number;
}

/**
 * The filters that the options say.
 *
 * @throws {UsageError}
 */
export function readFilters(options: CommandContext["options"], defaultLimit: number): Filters {
  const text = (name: string) => {
    const value = options[name];
    return value === undefined ? undefined : String(value);
  };
  const source = text("source");
  const type = text("type");
  const subject = text("subject");
  const after = wholeOption(options, "after", 0);
  const times = {
    timeFrom: "from",
    timeTo: "to",
    recordedFrom: "recorded-from",
    recordedTo: "recorded-to",
  };
  const given = Object.entries(times).flatMap(([key, name]) => {
    const value = text(name);
    return value === undefined ? [] : [[key, timeOf(name, value)] as const];
  });
  return {
    read: {
      ...Object.fromEntries(given),
      ...(source === undefined ? {} : { source: sourceOf(source) }),
      ...(type === undefined ? {} : { type: typeOf(type) }),
      ...(subject === undefined ? {} : { subject }),
      ...(after === undefined ? {} : { after }),
    },
    limit: wholeOption(options, "limit", 1) ?? defaultLimit,
  };
}
