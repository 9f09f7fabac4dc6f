/** An event of the log, as it is stored. */
import { z } from "zod";
import { EVENT_DATA, EVENT_SOURCES, EVENT_TYPES } from "../../pnl/event.ts";
import { TIME } from "../../pnl/printed.ts";
import { named } from "./names.ts";

const [first, ...rest] = EVENT_TYPES.map((type) =>
  z.strictObject({
    specversion: z.literal("1.0"),
    id: z.string(),
    source: z.enum(EVENT_SOURCES),
    type: z.literal(type),
    subject: z.string(),
    time: TIME.describe("When it happened."),
    recordedtime: TIME.describe("When it was appended."),
    sequence: z.string().meta({
      pattern: "^\\d{16}$",
      description: "Its position, 16 digits, with zeros before it.",
    }),
    data: EVENT_DATA[type],
  })
);
if (first === undefined) throw new Error("The catalogue of events is empty");

/** A CloudEvent 1.0 with the extensions `sequence` and `recordedtime`. */
export const EVENT = named("Event", z.discriminatedUnion("type", [first, ...rest]));
