/** How a number came about. */
import { z } from "zod";
import { EXPLAINED_METRICS } from "../../pnl/explain.ts";
import { TIME } from "../../pnl/printed.ts";
import type { Explanation } from "../../projection/explainer.ts";
import { named } from "./names.ts";
import { POSITION } from "./served.ts";

const EVENTS_FOUND = named(
  "EventsBehind",
  z.strictObject({
    count: z.int().min(0),
    first: POSITION.describe("0 where there is none."),
    last: POSITION.describe("0 where there is none."),
    query: z.string().describe("A query of `/api/events` that shows them."),
    positions: z.array(POSITION).max(100).describe("The newest, in order."),
  }),
);

const NODE = named(
  "ExplainedNumber",
  z.strictObject({
    name: z.string().describe("A metric, or the name of a part such as `market:KXA`."),
    label: z.string(),
    value: z.string().nullable().describe("As the snapshot prints it."),
    formula: z.string().nullable().describe("How the inputs give it; null where they do not."),
    note: z.string().nullable(),
    get inputs() {
      return z.array(NODE);
    },
    events: EVENTS_FOUND.nullable().describe("Null where the inputs have them."),
  }),
);

/** A number with all that it came from. */
export const EXPLANATION = named(
  "Explanation",
  z.strictObject({
    schema: z.literal("pnl.explain.v1"),
    metric: z.enum(EXPLAINED_METRICS),
    position: POSITION,
    at: TIME.describe("When the event at the position was recorded."),
    value: z.string().nullable(),
    unit: z.enum(["USD", "percent"]),
    node: NODE,
  }) satisfies z.ZodType<Explanation>,
);
