/** Which events of the log a reader asks for, as query parameters. */
import { z } from "zod";
import { EVENT_DATA, EVENT_SOURCES, type EventType } from "../pnl/event.ts";

const EVENT_TYPES = Object.keys(EVENT_DATA) as readonly string[];

/** The parameters by which both a page of events and their stream are filtered. */
export const EVENT_FILTERS = {
  source: z.enum(EVENT_SOURCES, `is not one of ${EVENT_SOURCES.join(", ")}`).optional(),
  type: z.custom<EventType>(
    (value) => typeof value === "string" && EVENT_TYPES.includes(value),
    "is not a type of event",
  ).optional(),
  subject: z.string().min(1, "is empty").max(500, "is too long").optional(),
};

/** Leaves out what was not given. */
export function given<T extends object>(parameters: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
