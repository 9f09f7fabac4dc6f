/** Which events of the log a reader asks for. */
import { z } from "zod";
import { EVENT_DATA, EVENT_SOURCES, type EventType } from "../pnl/event.ts";

const EVENT_TYPES = Object.keys(EVENT_DATA) as readonly string[];

/** The members by which pages, streams and channels of events are filtered. */
export const EVENT_FILTERS = {
  source: z.enum(EVENT_SOURCES, `is not one of ${EVENT_SOURCES.join(", ")}`).optional(),
  type: z.custom<EventType>(
    (value) => typeof value === "string" && EVENT_TYPES.includes(value),
    "is not a type of event",
  ).optional(),
  subject: z.string().min(1, "is empty").max(500, "is too long").optional(),
};
