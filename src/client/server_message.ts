/** The frames of `pnl.v1` that a server sends, as a client reads them. */
import { asRecord, type DeliveredSnapshot, isDelivered } from "./delivered.ts";

/** A frame; one of a type that is not known is `other`. */
export type ServerMessage =
  | { readonly type: "hello"; readonly intervalMs: number }
  | { readonly type: "snapshot"; readonly data: DeliveredSnapshot }
  | { readonly type: "reset"; readonly reason: string }
  | { readonly type: "error"; readonly code: string; readonly message: string }
  | { readonly type: "other" };

/** Text of a snapshot, as it stands behind `data:` too; null where it is none. */
export function readSnapshot(text: string): DeliveredSnapshot | null {
  const value = parse(text);
  return isDelivered(value) ? value : null;
}

/** The reason in a reset; where it is not told, that. */
export function readReason(value: unknown): string {
  const reason = asRecord(value)?.reason;
  return typeof reason === "string" ? reason.slice(0, 100) : "unknown";
}

/** JSON, or undefined. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a frame; null where it is none. */
export function readServerMessage(text: string): ServerMessage | null {
  const frame = asRecord(parse(text));
  if (frame === null || typeof frame.type !== "string") return null;
  const { type, data } = frame;
  switch (type) {
    case "hello":
      return typeof frame.intervalMs === "number" && frame.intervalMs > 0
        ? { type, intervalMs: frame.intervalMs }
        : null;
    case "snapshot":
      return isDelivered(data) ? { type, data } : null;
    case "reset":
      return { type, reason: readReason(frame) };
    case "error":
      return {
        type,
        code: String(frame.code).slice(0, 100),
        message: String(frame.message).slice(0, 500),
      };
    default:
      return { type: "other" };
  }
}
