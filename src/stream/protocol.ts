/** The frames of the WebSocket protocol `pnl.v1`, and its close codes. */
import { z } from "zod";
import type { LogLine } from "../log/event_log.ts";
import type { Broadcast } from "./broadcast.ts";
import { EVENT_FILTERS } from "./event_filters.ts";
import type { ResetReason } from "./resume.ts";

/** The subprotocol's name. */
export const PROTOCOL = "pnl.v1";

const UTF8 = new TextEncoder();

/** The largest frame that a client may send, in bytes of UTF-8. */
export const MAX_INBOUND_BYTES = 4 * 1024;

/** Why the server closes. 1001, 1011, 4408 and 4429 are worth trying again, the others are not. */
export const CLOSE = {
  /** The server is going down; the reason is `retryMs=<n>`: come back after that time. */
  drain: 1001,
  /** The stream failed in the server. */
  internal: 1011,
  /** The client sent what is no frame of the protocol. */
  badFrame: 4400,
  /** The key that opened the stream was revoked or has expired, or the session is over. */
  unauthorized: 4401,
  /** The client speaks, and has not acknowledged anything for long. */
  slow: 4408,
  /** Too many connections, frames or bytes. */
  limit: 4429,
} as const;

/** After these a peer may come back, and the reason says when, as it does after {@link CLOSE.drain}. */
export const AGAIN: ReadonlySet<number> = new Set([CLOSE.internal, CLOSE.slow, CLOSE.limit]);

/**
 * The reason of a close: what is wrong, and, where the peer may come back, ` retryMs=<n>` after it.
 *
 * @param code one of {@link CLOSE}
 * @param error the code of what is wrong
 * @param retryMs when a peer may come back that may
 */
export function closeReason(code: number, error: string, retryMs: number): string {
  return AGAIN.has(code) ? `${error} retryMs=${retryMs}` : error;
}

/** What a client may follow: each name at most once. */
export const CHANNELS = z.array(z.enum(["pnl", "events", "sources"])).min(1).max(3)
  .refine((names) => new Set(names).size === names.length, "names a channel twice");

/** A position of the log. */
const POSITION = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What a client may send. */
export const CLIENT_FRAME = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("subscribe"),
    channels: CHANNELS,
    since: z.string().max(200).optional(),
    after: POSITION.optional(),
    filter: z.strictObject(EVENT_FILTERS).optional(),
  }),
  z.object({ type: z.literal("unsubscribe"), channels: CHANNELS }),
  z.object({
    type: z.literal("ack"),
    pos: z.string().max(200).optional(),
    position: POSITION.optional(),
  })
    .refine(
      ({ pos, position }) => (pos === undefined) !== (position === undefined),
      "names pos or position",
    ).meta({ oneOf: [{ required: ["pos"] }, { required: ["position"] }] }),
  z.object({ type: z.literal("ping") }),
]);

/** What a client may follow. */
export type ChannelName = z.infer<typeof CHANNELS>[number];

/** A frame from a client. Fields that are not known are ignored. */
export type ClientFrame = z.infer<typeof CLIENT_FRAME>;

/** The frame that says what has arrived. */
export type AckFrame = Extract<ClientFrame, { type: "ack" }>;

/** The frame that asks for channels. */
export type SubscribeFrame = Extract<ClientFrame, { type: "subscribe" }>;

/** What a client sent is no frame of the protocol. */
export class BadFrameError extends Error {
  readonly code = "bad_frame";
  constructor(message: string) {
    super(message);
    this.name = "BadFrameError";
  }
}

/**
 * Reads a frame from a client.
 *
 * @throws {BadFrameError} where it is not text, too long, no JSON, or not of the protocol
 */
export function readClientFrame(data: unknown): ClientFrame {
  if (typeof data !== "string") throw new BadFrameError("A frame must be text");
  // A unit of UTF-16 is at most three bytes of UTF-8: short frames, as most are, need not be encoded.
  if (
    data.length > MAX_INBOUND_BYTES ||
    3 * data.length > MAX_INBOUND_BYTES && UTF8.encode(data).length > MAX_INBOUND_BYTES
  ) {
    throw new BadFrameError(`A frame must not be longer than ${MAX_INBOUND_BYTES} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    throw new BadFrameError("A frame must be JSON");
  }
  const result = CLIENT_FRAME.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.join(".");
  throw new BadFrameError(
    `A frame must be subscribe, unsubscribe, ack or ping: ${
      path ? `${path}: ` : ""
    }${issue?.message}`,
  );
}

/** The first frame of a connection. */
export function helloFrame(epoch: string, intervalMs: number): string {
  return JSON.stringify({ type: "hello", protocol: PROTOCOL, epoch, intervalMs });
}

/** The gap cannot be filled: forget what you have, `pos` is what follows. */
export function resetFrame(reason: ResetReason, current: Broadcast): string {
  return JSON.stringify({ type: "reset", reason, pos: current.position });
}

/** An event of the log; the line goes in as it is stored. */
export function eventFrame({ position, line }: LogLine): string {
  return `{"type":"event","position":${position},"data":${line}}`;
}

/** From where events are followed. */
export function followingFrame(position: number): string {
  return JSON.stringify({ type: "subscribed", channel: "events", position });
}

/** What the sources are like. @param json of the sources by name */
export function sourcesFrame(json: string): string {
  return `{"type":"sources","data":${json}}`;
}

/** This log does not have the position that was named: what follows is what comes after `position`. */
export function eventResetFrame(position: number): string {
  return JSON.stringify({ type: "reset", channel: "events", reason: "ahead", position });
}

/** Something the client did wrong. */
export function errorFrame(code: string, message: string): string {
  return JSON.stringify({ type: "error", code, message });
}

/** Answer to a ping. */
export const PONG = JSON.stringify({ type: "pong" });
