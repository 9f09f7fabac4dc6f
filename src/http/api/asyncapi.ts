/** The streams as AsyncAPI 3, made from the shapes that they are read by and held to. */
import type { z } from "zod";
import { SNAPSHOT } from "../../pnl/snapshot_schema.ts";
import { redisKeys } from "../../redis/keys.ts";
import { AGAIN, CLIENT_FRAME, CLOSE, MAX_INBOUND_BYTES } from "../../stream/protocol.ts";
import { EVENT_STREAM_QUERY, SSE_QUERY, WS_QUERY } from "../streams_query.ts";
import type { AsyncApiDocument, Channel, Message } from "./document.ts";
import { EVENT } from "./event_shape.ts";
import { SERVER_FRAMES, SSE_EVENT_RESET, SSE_RESET } from "./messages.ts";
import { type Json, namedShapes, namesIn, type Shape, shapeOf } from "./shapes.ts";
import { DELIVERED } from "./snapshots.ts";

const DESCRIPTION = `
What changes, as it changes: snapshots, events of the log, sources.

- A stream position is \`<epoch>:<offset>\`, opaque, the same on every node and after a restart. Name the
  last one that you have seen, and you get each final snapshot since, then the current one.
- Who does not keep up gets the latest snapshot instead of a backlog. No event of the log is left out.
- Where a key is needed, what can set no header takes \`?ticket=\` of \`POST /api/tickets\`.
`.trim();

const CLOSE_MEANS: Readonly<Record<keyof typeof CLOSE, string>> = {
  drain: "The server goes down, or an edge follows another log now; the reason is `retryMs=<n>`.",
  internal: "The stream failed in the server.",
  badFrame: "What was sent is no frame of the protocol.",
  unauthorized: "The key was revoked or has expired, or the session is over.",
  slow: "Frames were sent, and nothing was acknowledged for 30 seconds.",
  limit: "Too many connections, frames or bytes; the reason says which.",
};

/** Fields of an event stream (`text/event-stream`) beside its data. */
function sseFields(event: string, id: string | null): Json {
  return {
    type: "object",
    properties: {
      event: { const: event },
      ...(id === null ? {} : { id: { type: "string", description: id } }),
    },
    required: id === null ? ["event"] : ["event", "id"],
  };
}

function message(summary: string | undefined, payload: Shape, headers?: Json): Message {
  return {
    ...(summary === undefined ? {} : { summary }),
    contentType: "application/json",
    payload,
    ...(headers === undefined ? {} : { headers }),
  };
}

function serverFrames(): Channel["messages"] {
  return Object.fromEntries(
    Object.entries(SERVER_FRAMES).map(([name, schema]) => [
      name,
      message(schema.description, shapeOf(schema)),
    ]),
  );
}

function clientFrames(): Channel["messages"] {
  return Object.fromEntries(CLIENT_FRAME.options.map((schema) => [
    schema.shape.type.value,
    message(undefined, shapeOf(schema, "input")),
  ]));
}

function queryOf(schema: z.ZodObject): Shape {
  return { ...shapeOf(schema, "input"), additionalProperties: false };
}

function webSocket(): Channel {
  return {
    address: "/ws",
    title: "WebSocket, subprotocol pnl.v1",
    description: `JSON text frames, of a client at most ${MAX_INBOUND_BYTES} bytes.`,
    servers: [{ $ref: "#/servers/webSocket" }],
    messages: { ...serverFrames(), ...clientFrames() },
    bindings: { ws: { method: "GET", query: queryOf(WS_QUERY), bindingVersion: "0.1.0" } },
    "x-close-codes": (Object.keys(CLOSE) as (keyof typeof CLOSE)[]).map((name) => ({
      code: CLOSE[name],
      description: CLOSE_MEANS[name],
      retry: name === "drain" || AGAIN.has(CLOSE[name]),
    })),
  };
}

function eventStreams(): AsyncApiDocument["channels"] {
  const servers = [{ $ref: "#/servers/http" }];
  return {
    snapshotStream: {
      address: "/api/pnl/stream",
      title: "Snapshots as server-sent events",
      servers,
      messages: {
        snapshot: message(
          "The current one first, then each new one, and again where nothing is new.",
          shapeOf(DELIVERED),
          sseFields("snapshot", "The stream position."),
        ),
        reset: message(
          "The gap cannot be filled: forget what you have, and take what follows.",
          shapeOf(SSE_RESET),
          sseFields("reset", null),
        ),
      },
      "x-query": queryOf(SSE_QUERY),
    },
    eventStream: {
      address: "/api/events/stream",
      title: "The tail of the log as server-sent events",
      servers,
      messages: {
        event: message(
          "An event, as it is stored.",
          shapeOf(EVENT),
          sseFields("event", "Its position."),
        ),
        reset: message(
          "This log does not have the position that was named.",
          shapeOf(SSE_EVENT_RESET),
          sseFields("reset", null),
        ),
      },
      "x-query": queryOf(EVENT_STREAM_QUERY),
    },
  };
}

/** A stream in Redis, whose entries are fields; the payload is what stands in one of them as JSON. */
function redisStream(key: string, title: string, field: string, id: string, of: Shape): Channel {
  const headers = {
    type: "object",
    properties: { id: { type: "string", description: id }, field: { const: field } },
    required: ["id", "field"],
  };
  return {
    address: key,
    title,
    servers: [{ $ref: "#/servers/redis" }],
    parameters: {
      prefix: { default: "pnl:", description: "`REDIS_PREFIX`, where it is set." },
    },
    messages: { entry: message(`The JSON in the field \`${field}\`.`, of, headers) },
  };
}

function redisStreams(): AsyncApiDocument["channels"] {
  const keys = redisKeys("{prefix}");
  return {
    redisEvents: redisStream(
      keys.events,
      "The log, mirrored",
      "event",
      "`<position>-0`",
      shapeOf(EVENT),
    ),
    redisSnapshots: redisStream(
      keys.snapshots,
      "Snapshots; the fields `epoch` and `branch` say of which past",
      "snapshot",
      "`<position>-0` provisional, `<position>-1` final",
      shapeOf(SNAPSHOT),
    ),
  };
}

function operation(action: "send" | "receive", channel: string, names: readonly string[]): Json {
  return {
    action,
    channel: { $ref: `#/channels/${channel}` },
    messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
  };
}

const SERVERS = {
  webSocket: {
    host: "{host}",
    protocol: "ws",
    description: "`wss` behind a proxy with TLS.",
    variables: { host: { default: "127.0.0.1:3000" } },
  },
  http: {
    host: "{host}",
    protocol: "http",
    description: "`https` behind a proxy with TLS.",
    variables: { host: { default: "127.0.0.1:3000" } },
  },
  redis: {
    host: "{host}",
    protocol: "redis",
    description: "Where `REDIS_URL` says, if it does.",
    variables: { host: { default: "127.0.0.1:6379" } },
  },
};

/**
 * Makes the document.
 *
 * @param version of the server
 */
export function asyncApiDocument(version: string): AsyncApiDocument {
  const channels = { ws: webSocket(), ...eventStreams(), ...redisStreams() };
  const shapes = namedShapes();
  const used = namesIn(channels, shapes);
  const clientNames = CLIENT_FRAME.options.map(({ shape }) => shape.type.value);
  return {
    asyncapi: "3.0.0",
    info: { title: "pnl-stream", version, description: DESCRIPTION },
    defaultContentType: "application/json",
    servers: SERVERS,
    channels,
    operations: {
      sendFrames: operation("send", "ws", Object.keys(SERVER_FRAMES)),
      receiveFrames: operation("receive", "ws", clientNames),
      sendSnapshots: operation("send", "snapshotStream", ["snapshot", "reset"]),
      sendEvents: operation("send", "eventStream", ["event", "reset"]),
      mirrorEvents: operation("send", "redisEvents", ["entry"]),
      publishSnapshots: operation("send", "redisSnapshots", ["entry"]),
    },
    components: {
      schemas: Object.fromEntries(Object.entries(shapes).filter(([id]) => used.has(id))),
    },
  };
}
