/** What the streams bring. */
import { z } from "zod";
import { PROTOCOL } from "../../stream/protocol.ts";
import type { ResetReason } from "../../stream/resume.ts";
import { EVENT } from "./event_shape.ts";
import { named } from "./names.ts";
import { POSITION, SOURCE, STREAM_POSITION } from "./served.ts";
import { DELIVERED } from "./snapshots.ts";
import { BREAKER, SOURCE_STATE } from "./source_shapes.ts";
import { TIME_OR_NULL } from "../../pnl/printed.ts";

const RESET_REASON = z.enum(["invalid", "epoch", "ahead", "gap"]) satisfies z.ZodType<ResetReason>;
const FORGET = { reason: RESET_REASON, pos: STREAM_POSITION.describe("Of what follows.") };

const WATCHED = named(
  "WatchedSource",
  z.strictObject({
    state: SOURCE_STATE,
    stale: z.boolean(),
    lastSuccessAt: TIME_OR_NULL,
    breaker: BREAKER,
  }),
);

/** The frames that the server sends on a WebSocket, by name. */
export const SERVER_FRAMES = {
  hello: z.strictObject({
    type: z.literal("hello"),
    protocol: z.literal(PROTOCOL),
    epoch: z.string(),
    intervalMs: z.int().min(1),
  }).describe("First."),
  snapshot: z.strictObject({ type: z.literal("snapshot"), pos: STREAM_POSITION, data: DELIVERED })
    .describe("The current one first, then each new one, and again where nothing is new."),
  reset: z.strictObject({ type: z.literal("reset"), ...FORGET })
    .describe("The gap cannot be filled: forget what you have, and take what follows."),
  subscribed: z.strictObject({
    type: z.literal("subscribed"),
    channel: z.literal("events"),
    position: POSITION,
  }).describe("Events after `position` follow."),
  event: z.strictObject({ type: z.literal("event"), position: POSITION, data: EVENT })
    .describe("An event of the log, as it is stored."),
  eventReset: z.strictObject({
    type: z.literal("reset"),
    channel: z.literal("events"),
    reason: z.literal("ahead"),
    position: POSITION,
  }).describe("The log ends at `position`: what is after it follows."),
  sources: z.strictObject({
    type: z.literal("sources"),
    data: z.partialRecord(SOURCE, WATCHED),
  }).describe("The sources, at once and at each change."),
  pong: z.strictObject({ type: z.literal("pong") }).describe("The answer to a ping."),
  error: z.strictObject({ type: z.literal("error"), code: z.string(), message: z.string() })
    .describe(
      "What was wrong. After `unknown_position`, `not_on_this_node` and `forbidden` the connection " +
        "goes on; after any other code it closes.",
    ),
} as const;

for (const [name, frame] of Object.entries(SERVER_FRAMES)) {
  named(`${name.slice(0, 1).toUpperCase()}${name.slice(1)}Frame`, frame);
}

/** The data of `event: reset` in the stream of snapshots. */
export const SSE_RESET = z.strictObject(FORGET);

/** The data of `event: reset` in the stream of events. */
export const SSE_EVENT_RESET = z.strictObject({
  reason: z.enum(["ahead", "invalid"]),
  position: POSITION.describe("The end of the log: what is appended after it follows."),
});
