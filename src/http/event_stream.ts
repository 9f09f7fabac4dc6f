/** `/api/events/stream`: the tail of the log as server-sent events. */
import type { Context } from "hono";
import type { z } from "zod";
import { openEventTail } from "../stream/event_sse.ts";
import type { Feeds } from "../stream/feeds.ts";
import type { LogTail } from "../stream/log_tail.ts";
import { admitStream } from "./admit.ts";
import { EVENT_TAIL } from "./api/streams_doc.ts";
import type { AppDeps } from "./deps.ts";
import { notOnThisNode } from "./not_on_this_node.ts";
import { given } from "./query.ts";
import { reply } from "./reply.ts";
import type { Routes } from "./routes.ts";
import { SSE_HEADERS } from "./streams.ts";

function eventStream(
  c: Context,
  deps: AppDeps,
  tail: LogTail | null,
  { after, ticket: _ticket, ...filters }: z.output<typeof EVENT_TAIL.query>,
): Response {
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
  routes.get("/api/events/stream", EVENT_TAIL, (c, query) => eventStream(c, deps, tail, query()));
}
