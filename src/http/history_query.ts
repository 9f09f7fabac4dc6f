/** What is asked of `/api/pnl/history`: parameters, and the question that they make. */
import { z } from "zod";
import { InvalidCursorError, parseCursor } from "../projection/page_cursor.ts";
import type { HistoryQuery } from "../projection/projection.ts";
import { HttpProblem } from "./problem.ts";
import { given, timeParameter, wholeParameter } from "./query.ts";

const DEFAULT_LIMIT = 100;
const DEFAULT_POINTS = 1_000;

/** The parameters of `/api/pnl/history`. */
export const HISTORY_QUERY = z.object({
  from: timeParameter.optional().describe(
    "A UTC time or day: windows that end at or after it, buckets that overlap what follows it.",
  ),
  to: timeParameter.optional().describe("A UTC time or day: what is before it."),
  resolution: z.enum(["raw", "1m", "1h", "1d", "auto"], "is not one of raw, 1m, 1h, 1d, auto")
    .default("raw")
    .describe("`auto`: the finest of which the whole range has at most `points` items."),
  points: wholeParameter(1, 2_000).optional().describe(
    `With \`auto\` alone: how many items at most; ${DEFAULT_POINTS} where nothing is said.`,
  ),
  limit: wholeParameter(1, 1_000).optional().describe(
    `Not with \`auto\`: how many items a page has at most; ${DEFAULT_LIMIT} where nothing is said.`,
  ),
  cursor: z.string().max(100, "is too long").optional().describe(
    "`nextCursor` of the page before.",
  ),
});

/** @throws {HttpProblem} `bad_parameter` */
function refuse(parameter: string, reason: string): never {
  throw new HttpProblem("bad_parameter", `Parameter "${parameter}" ${reason}.`, { parameter });
}

/**
 * The question to history that the parameters make.
 *
 * @throws {HttpProblem} `bad_parameter` where one does not go with the others
 */
export function historyQuestion(query: z.output<typeof HISTORY_QUERY>): HistoryQuery {
  const { resolution, points, limit, from, to, cursor } = query;
  const auto = resolution === "auto";
  if (auto && limit !== undefined) {
    refuse("limit", 'does not go with resolution=auto: say "points"');
  }
  if (!auto && points !== undefined) refuse("points", "goes with resolution=auto alone");
  if (cursor !== undefined) {
    try {
      parseCursor(resolution, cursor);
    } catch (error) {
      if (!(error instanceof InvalidCursorError)) throw error;
      refuse("cursor", "is not one that a page of this resolution gave");
    }
  }
  return {
    resolution,
    limit: auto ? points ?? DEFAULT_POINTS : limit ?? DEFAULT_LIMIT,
    ...given({ from, to, cursor }),
  };
}
