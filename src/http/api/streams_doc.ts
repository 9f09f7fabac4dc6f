/** What the streams say of themselves; asyncapi.json has their messages. */
import { EVENT_STREAM_QUERY, SSE_QUERY, WS_QUERY } from "../streams_query.ts";
import type { RouteDoc } from "./route_doc.ts";

const NO_ROOM = [
  "too_many_from_address",
  "too_many_of_key",
  "too_many_streams",
  "too_many_handshakes",
  "unavailable",
] as const;

/** `GET /api/pnl/stream` */
export const SNAPSHOT_STREAM = {
  id: "streamSnapshots",
  tag: "Streams",
  summary: "Snapshots as server-sent events",
  description: "The current one at once, then each new one; `reset` where a gap cannot be filled.",
  query: SSE_QUERY,
  headers: { "Last-Event-ID": "The last position that was seen; wins over `lastEventId`." },
  answers: [{
    status: 200,
    description: "A stream without an end.",
    bodies: { "text/event-stream": "text" },
  }],
  problems: NO_ROOM,
} as const satisfies RouteDoc;

/** `GET /api/events/stream` */
export const EVENT_TAIL = {
  id: "streamEvents",
  tag: "Streams",
  summary: "The tail of the log as server-sent events",
  description: "No event is left out, whatever the client's speed.",
  query: EVENT_STREAM_QUERY,
  headers: { "Last-Event-ID": "The last position that was seen; wins over `after`." },
  answers: [{
    status: 200,
    description: "A stream without an end.",
    bodies: { "text/event-stream": "text" },
  }],
  problems: [...NO_ROOM, "not_on_this_node"],
} as const satisfies RouteDoc;

/** `GET /ws` */
export const WEBSOCKET = {
  id: "openWebSocket",
  tag: "Streams",
  summary: "WebSocket, subprotocol `pnl.v1`",
  description:
    "Where there is no room it is opened, and closed with 4429; not where many are already.",
  query: WS_QUERY,
  headers: {
    "Upgrade": "`websocket`",
    "Connection": "`Upgrade`",
    "Sec-WebSocket-Version": "`13`",
    "Sec-WebSocket-Key": "16 bytes in base64.",
    "Sec-WebSocket-Protocol": "`pnl.v1`, or nothing.",
  },
  answers: [{ status: 101, description: "JSON text frames, both ways." }],
  problems: [...NO_ROOM, "upgrade_required", "bad_handshake", "origin_refused"],
} as const satisfies RouteDoc;
