/** What the routes of profit and loss say of themselves. */
import { z } from "zod";
import { EXPLAINED_METRICS } from "../../pnl/explain.ts";
import { HISTORY_QUERY } from "../history_query.ts";
import { NO_PARAMETERS, wholeParameter } from "../query.ts";
import { DELIVERED_BREAKDOWN } from "./breakdown.ts";
import { EXPLANATION } from "./explanation.ts";
import type { RouteDoc } from "./route_doc.ts";
import { DELIVERED, HISTORY_PAGE } from "./snapshots.ts";

const ETAG = { "ETag": 'W/"<stream position>": changes with each event that is folded.' };

/** `GET /api/pnl/current` */
export const CURRENT_SNAPSHOT = {
  id: "getCurrent",
  tag: "Profit and loss",
  summary: "The current snapshot",
  description: "All but `served` is what the fold made, and replays byte for byte.",
  query: z.object({
    minPosition: wholeParameter(1, Number.MAX_SAFE_INTEGER).optional().describe(
      "Waits, at most 5 seconds, until the answer has folded this event.",
    ),
  }),
  headers: { "If-None-Match": "An `ETag` of before: `304` until something is folded." },
  answers: [
    {
      status: 200,
      description: "The snapshot.",
      bodies: { "application/json": DELIVERED },
      headers: ETAG,
    },
    { status: 304, description: "Nothing was folded since.", headers: ETAG },
  ],
  problems: ["not_folded_in_time", "unavailable"],
} as const satisfies RouteDoc;

/** `GET /api/pnl/history` */
export const HISTORY = {
  id: "getHistory",
  tag: "Profit and loss",
  summary: "The figures over time",
  description: "Oldest first: final snapshots (`raw`), or net P&L by minute, hour or day.",
  query: HISTORY_QUERY,
  answers: [{
    status: 200,
    description: "A page.",
    bodies: { "application/json": HISTORY_PAGE },
  }],
  problems: ["not_on_this_node"],
} as const satisfies RouteDoc;

/** `GET /api/pnl/breakdown` */
export const BREAKDOWN_OF_CURRENT = {
  id: "getBreakdown",
  tag: "Profit and loss",
  summary: "What the current figures add up from",
  description: "Every list adds up exactly to the figure it stands under.",
  query: NO_PARAMETERS,
  answers: [{
    status: 200,
    description: "The breakdown.",
    bodies: { "application/json": DELIVERED_BREAKDOWN },
  }],
  problems: [],
} as const satisfies RouteDoc;

/** `GET /api/pnl/explain` */
export const EXPLAIN = {
  id: "explain",
  tag: "Profit and loss",
  summary: "How a number came about",
  description: "The formula, its inputs, theirs, down to the events of the log.",
  query: z.object({
    metric: z.enum(EXPLAINED_METRICS, `is not one of ${EXPLAINED_METRICS.join(", ")}`)
      .describe("The number."),
    at: wholeParameter(1, Number.MAX_SAFE_INTEGER).optional().describe(
      "The position at which to explain it; without it, the one reached by now.",
    ),
  }),
  answers: [{
    status: 200,
    description: "The explanation.",
    bodies: { "application/json": EXPLANATION },
  }],
  problems: ["not_found", "too_far", "unavailable", "not_on_this_node"],
} as const satisfies RouteDoc;
