/** Sources and their breakers. */
import { z } from "zod";
import { TIME, TIME_OR_NULL } from "../../pnl/printed.ts";
import type { BreakerStatus, SourceStatus } from "../../sources/status.ts";
import { named } from "./names.ts";
import { SOURCE } from "./served.ts";

/** What a breaker can be. */
export const BREAKER_STATE = z.enum(["CLOSED", "OPEN", "HALF_OPEN"]);

/** What a source can be. */
export const SOURCE_STATE = z.enum([
  "starting",
  "backfilling",
  "ok",
  "degraded",
  "stopped",
  "not_configured",
]) satisfies z.ZodType<SourceStatus["state"]>;

/** The breaker of a source. */
export const BREAKER = named(
  "Breaker",
  z.strictObject({
    state: BREAKER_STATE,
    consecutiveFailures: z.int().min(0),
    openedAt: TIME_OR_NULL,
    nextAttemptAt: TIME_OR_NULL,
    lastError: z.strictObject({ class: z.string(), message: z.string(), at: TIME }).nullable()
      .describe("Free of secrets, and of what an upstream sent."),
  }) satisfies z.ZodType<BreakerStatus>,
);

/** Of those that are configured. */
export const BREAKERS = named("Breakers", z.partialRecord(SOURCE, BREAKER));
