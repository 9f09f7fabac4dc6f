/** What is asked of `/api/events`: parameters, and what they ask of the log. */
import { z } from "zod";
import type { ReadOptions } from "../log/event_log.ts";
import { EVENT_FILTERS } from "../stream/event_filters.ts";
import { HttpProblem } from "./problem.ts";
import { given, timeParameter, wholeParameter } from "./query.ts";

const MAX_PAGE = 1_000;
const DEFAULT_PAGE = 100;

/** The parameters of `/api/events`. */
export const EVENTS_QUERY = z.object({
  ...EVENT_FILTERS,
  from: timeParameter.optional().describe("`time` at or after this UTC time or day."),
  to: timeParameter.optional().describe("`time` before it."),
  recordedFrom: timeParameter.optional().describe("`recordedtime` at or after it."),
  recordedTo: timeParameter.optional().describe("`recordedtime` before it."),
  after: wholeParameter(0, Number.MAX_SAFE_INTEGER).optional().describe(
    "Only positions above this one.",
  ),
  before: wholeParameter(1, Number.MAX_SAFE_INTEGER).optional().describe(
    "Only positions below it.",
  ),
  order: z.enum(["asc", "desc"], "is not one of asc, desc").optional().describe(
    "By position; `asc` where nothing is said.",
  ),
  format: z.enum(["ndjson", "csv"], "is not one of ndjson, csv").optional().describe(
    "A file of all that the filters let through, whatever is accepted.",
  ),
  limit: wholeParameter(1, Number.MAX_SAFE_INTEGER).optional().describe(
    `How many events: of a page at most ${MAX_PAGE}, and ${DEFAULT_PAGE} where nothing is said; ` +
      "of NDJSON and CSV any number, and all.",
  ),
});

/** The parameters, read. */
export type EventsQuery = z.output<typeof EVENTS_QUERY>;

/** What the log is asked, but for a limit. */
export function readOptions(query: EventsQuery): ReadOptions {
  const { from, to, before, limit: _, format: __, ...same } = query;
  return given({
    ...same,
    timeFrom: from,
    timeTo: to,
    to: before === undefined ? undefined : before - 1,
  });
}

/** How many events a page brings. @throws {HttpProblem} `bad_parameter` */
export function pageLimit({ limit = DEFAULT_PAGE }: EventsQuery): number {
  if (limit <= MAX_PAGE) return limit;
  throw new HttpProblem(
    "bad_parameter",
    `Parameter "limit" is not between 1 and ${MAX_PAGE}; NDJSON and CSV have no bound.`,
    { parameter: "limit" },
  );
}
