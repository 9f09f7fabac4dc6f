/** `/api/events/stream`: the tail of the log as server-sent events. */
import type { Context } from "hono";
import { z } from "zod";
import { EVENT_FILTERS } from "../stream/event_filters.ts";
import { openEventTail } from "../stream/event_sse.ts";
import type { Feeds } from "../stream/feeds.ts";
import type { LogTail } from "../stream/log_tail.ts";
import { admitStream } from "./admit.ts";
import type { AppDeps } from "./deps.ts";
import { notOnThisNode } from "./not_on_this_node.ts";
import { given, readQuery, wholeParameter } from "./query.ts";
import { reply } from "./reply.ts";
import type { Routes } from "./routes.ts";
import { SSE_HEADERS, TICKET } from "./streams.ts";

const QUERY = z.object({
  ...EVENT_FILTERS,
  after: wholeParameter(0, Number.MAX_SAFE_INTEGER).optional(),
  ticket: TICKET,
});

function eventStream(c: Context, deps: AppDeps, tail: LogTail | null): Response {
  const { after, ticket: _ticket, ...filters } = readQuery(c, QUERY);
  if (tail === null) throw notOnThisNode(deps);
  if (c.req.method === "HEAD") return reply(c, 200, null, SSE_HEADERS);
  const holder = admitStream(c, deps);
  // A browser that comes back repeats the address it began with, and says in the header how far it got.
  const named = c.req.raw.headers.get("last-event-id") || (after?.toString() ?? null);
  const body = openEventTail(deps.hub, tail, { filter: given(filters), after: named, holder });
  return reply(c, 200, body, SSE_HEADERS);
}

/** Registers the route. */
export function eventStreamRoutes(routes: Routes, deps: AppDeps, { events: tail }: Feeds): void {
  routes.get("/api/events/stream", (c) => eventStream(c, deps, tail));
}
