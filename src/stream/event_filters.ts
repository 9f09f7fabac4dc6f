/** Which events of the log a reader asks for. */
import { z } from "zod";
import { EVENT_SOURCES, EVENT_TYPES } from "../pnl/event.ts";

/** The members by which pages, streams and channels of events are filtered. */
export const EVENT_FILTERS = {
  source: z.enum(EVENT_SOURCES, `is not one of ${EVENT_SOURCES.join(", ")}`).optional()
    .describe("Only events of this source."),
  type: z.enum(EVENT_TYPES, "is not a type of event").optional()
    .describe("Only events of this type."),
  subject: z.string().min(1, "is empty").max(500, "is too long").optional()
    .describe("Only events about this, such as a market's ticker."),
};
