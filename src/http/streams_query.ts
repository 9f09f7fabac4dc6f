/** What is asked of the streams: their parameters. */
import { z } from "zod";
import { EVENT_FILTERS } from "../stream/event_filters.ts";
import { CHANNELS } from "../stream/protocol.ts";
import { wholeParameter } from "./query.ts";

const SEEN = z.string().max(200, "is too long").optional().describe(
  "The last stream position that was seen: what came after it is sent first.",
);
const AFTER = wholeParameter(0, Number.MAX_SAFE_INTEGER).optional();
/** Looked at by the door; where that is open, it says nothing. */
const TICKET = z.string().max(200, "is too long").optional().describe(
  "A ticket of `/api/tickets`, instead of a key.",
);

/** The parameters of `/api/pnl/stream`. */
export const SSE_QUERY = z.object({ lastEventId: SEEN, ticket: TICKET });

/** The parameters of `/api/events/stream`. */
export const EVENT_STREAM_QUERY = z.object({
  ...EVENT_FILTERS,
  after: AFTER.describe("Only positions above this one; without it, what comes from now on."),
  ticket: TICKET,
});

/** The parameters of `/ws`. */
export const WS_QUERY = z.object({
  channels: z.string().max(100, "is too long").transform((text, context) => {
    const { success, data } = CHANNELS.safeParse(text.split(","));
    if (success) return data;
    context.addIssue("is not a list of pnl, events and sources");
    return z.NEVER;
  }).optional().describe("What to follow: `pnl`, `events`, `sources`, with commas between them."),
  since: SEEN,
  ticket: TICKET,
  after: AFTER.describe("Only events of positions above this one."),
});
