/** `served`, as it stands in every answer with figures. */
import { z } from "zod";
import { TIME, TIME_OR_NULL } from "../../pnl/printed.ts";
import { SOURCE_NAMES } from "../../pnl/sources.ts";
import type { Served } from "../../projection/served.ts";
import { named } from "./names.ts";

/** The upstreams. */
export const SOURCE = z.enum(SOURCE_NAMES);

/** An age or a duration. */
export const AGE_MS = z.int().min(0).meta({ description: "Milliseconds." });

/** A position of the log; 0 is before the first event. */
export const POSITION = z.int().min(0).meta({ description: "A position of the log." });

/** A stream position. */
export const STREAM_POSITION = z.string().meta({
  pattern: "^[0-9a-f]{16}:\\d{1,17}$",
  description: "A stream position, opaque: `<epoch>:<offset>`.",
});

/** Where an answer came from, and how old and how whole it is. */
export const SERVED = named(
  "Served",
  z.strictObject({
    from: z.enum(["memory", "redis", "sqlite", "default"])
      .describe("The tier that answered; `default`: no figures, but placeholders."),
    at: TIME,
    pos: STREAM_POSITION,
    confirmedAgeMs: AGE_MS.nullable()
      .describe("How long ago the writer was known to be at the end of its log."),
    confirmed: z.boolean().describe("False: newer figures may exist."),
    stale: z.array(SOURCE).describe(
      "Sources whose last whole answer is older than three of their intervals (and than one and 15 s), or whose breaker is not closed.",
    ),
    notConfigured: z.array(SOURCE).describe("Sources without credentials."),
    sources: z.partialRecord(
      SOURCE,
      z.strictObject({ checkedAt: TIME_OR_NULL, dataAgeMs: AGE_MS.nullable() }),
    ).describe("When each configured source last answered whole."),
  }) satisfies z.ZodType<Served>,
);
