/** `/api/pnl/stream` and `/ws`: the live streams. */
import type { z } from "zod";
import type { Context } from "hono";
import { type Refusal, refuseHandshake } from "../stream/handshake.ts";
import type { Feeds } from "../stream/feeds.ts";
import type { SubscribeFrame } from "../stream/protocol.ts";
import { openSse } from "../stream/sse.ts";
import { openWebSocket } from "../stream/websocket.ts";
import { covers } from "../access/scope.ts";
import { admitStream, holderOf, refuseStream } from "./admit.ts";
import { principalOf } from "./auth.ts";
import { SNAPSHOT_STREAM, WEBSOCKET } from "./api/streams_doc.ts";
import type { AppDeps } from "./deps.ts";
import { foreignPage, pageOrigins } from "./page_origins.ts";
import { HttpProblem } from "./problem.ts";
import { given } from "./query.ts";
import { reply } from "./reply.ts";
import type { Routes } from "./routes.ts";

/** Headers of a stream of server-sent events. */
export const SSE_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-store, no-transform",
  // Tells nginx and its kin to pass each event on at once.
  "x-accel-buffering": "no",
};

function refuse(refusal: Refusal, c: Context): never {
  switch (refusal) {
    case "upgrade_required":
      throw new HttpProblem("upgrade_required", "This is a WebSocket of version 13.", {}, {
        upgrade: "websocket",
        connection: "Upgrade",
        "sec-websocket-version": "13",
      });
    case "bad_connection":
      throw new HttpProblem("bad_handshake", "Connection does not name Upgrade.");
    case "bad_key":
      throw new HttpProblem("bad_handshake", "Sec-WebSocket-Key is not 16 bytes in base64.");
    case "origin":
      throw foreignPage(c);
  }
}

function sse(
  c: Context,
  deps: AppDeps,
  { lastEventId }: z.output<typeof SNAPSHOT_STREAM.query>,
): Response {
  if (c.req.method === "HEAD") return reply(c, 200, null, SSE_HEADERS);
  const holder = admitStream(c, deps);
  const since = c.req.raw.headers.get("last-event-id") || lastEventId || null;
  return reply(c, 200, openSse(deps.hub, { since, holder }), SSE_HEADERS);
}

type Asked = z.output<typeof WEBSOCKET.query>;

/** What a WebSocket follows from the beginning; null where its address says nothing. */
function firstOf({ channels, since: named, after }: Asked): SubscribeFrame | null {
  const since = named || undefined;
  if (channels === undefined && since === undefined && after === undefined) return null;
  const snapshots = since === undefined && after !== undefined ? [] : ["pnl" as const];
  const followed = after === undefined ? snapshots : [...snapshots, "events" as const];
  return { type: "subscribe", channels: channels ?? followed, ...given({ since, after }) };
}

function webSocket(c: Context, deps: AppDeps, feeds: Feeds, query: () => Asked): Response {
  if (c.req.method !== "GET") refuse("upgrade_required", c);
  const refusal = refuseHandshake(
    c.req.raw.headers,
    pageOrigins(c, deps, deps.allowedOrigins),
  );
  if (refusal !== null) refuse(refusal, c);
  const first = firstOf(query());
  const mayReadEvents = covers(principalOf(c).scopes, "audit");
  const opened = openWebSocket(deps.hub, c.req.raw, {
    first,
    holder: holderOf(c, deps),
    feeds: mayReadEvents ? feeds : { ...feeds, mayReadEvents },
  });
  return opened instanceof Response ? opened : refuseStream(opened, deps);
}

/** Registers the routes. `/ws` stands before everything that would touch a response's headers. */
export function streamRoutes(routes: Routes, deps: AppDeps, feeds: Feeds): void {
  routes.get("/ws", WEBSOCKET, (c, query) => webSocket(c, deps, feeds, query));
  routes.get("/api/pnl/stream", SNAPSHOT_STREAM, (c, query) => sse(c, deps, query()));
}
