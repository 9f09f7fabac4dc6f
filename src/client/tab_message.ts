/** What the tabs of one browser say to each other. Other scripts of the origin may say anything. */
import { asRecord, type DeliveredSnapshot, isDelivered } from "./delivered.ts";
import type { LineState } from "./feed.ts";

/** What the tab that leads says to all. */
export type LeaderNews =
  /** It is there. */
  | { readonly kind: "beat" }
  | { readonly kind: "line"; readonly state: LineState }
  | { readonly kind: "began" }
  | { readonly kind: "reset"; readonly reason: string }
  | { readonly kind: "snapshot"; readonly data: DeliveredSnapshot; readonly whole: boolean }
  /** To one that asked: how things stand. `since` is how far the leader has seen every final. */
  | {
    readonly kind: "welcome";
    readonly to: string;
    readonly since: string | null;
    readonly state: LineState;
    readonly data: DeliveredSnapshot | null;
    readonly whole: boolean;
  };

/** What others ask of the leader. */
export type Request =
  /** How do things stand? */
  | { readonly kind: "ask"; readonly from: string }
  /** Somebody looks at a tab, or wants the best transport tried again. */
  | { readonly kind: "look" }
  | { readonly kind: "reconnect" };

/** A message. `term` grows with each leader: one that was deposed is not listened to. */
export type TabMessage =
  | (LeaderNews & { readonly term: number })
  | Request;

const STATUSES = ["connecting", "live", "polling", "reconnecting", "offline", "refused"];
const TRANSPORTS = ["websocket", "sse", "polling", null];

const isText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value.length <= most;

function isLineState(value: unknown): value is LineState {
  const state = asRecord(value);
  if (state === null) return false;
  const { status, transport, retryAt, attempts, lastError } = state;
  const error = asRecord(lastError);
  return STATUSES.some((each) => each === status) &&
    TRANSPORTS.some((each) => each === transport) &&
    (retryAt === null || Number.isFinite(retryAt)) && Number.isSafeInteger(attempts) &&
    (lastError === null ||
      error !== null && isText(error.code, 200) && isText(error.message, 1_000));
}

function readNews(message: Readonly<Record<string, unknown>>): LeaderNews | null {
  const { kind, state, reason, data, whole, to, since } = message;
  switch (kind) {
    case "beat":
    case "began":
      return { kind };
    case "line":
      return isLineState(state) ? { kind, state } : null;
    case "reset":
      return isText(reason, 200) ? { kind, reason } : null;
    case "snapshot":
      return isDelivered(data) && typeof whole === "boolean" ? { kind, data, whole } : null;
    case "welcome":
      return isText(to, 100) && (since === null || isText(since, 200)) && isLineState(state) &&
          (data === null || isDelivered(data)) && typeof whole === "boolean"
        ? { kind, to, since, state, data, whole }
        : null;
    default:
      return null;
  }
}

/** Reads a message; null where it is none of ours. */
export function readTabMessage(value: unknown): TabMessage | null {
  const message = asRecord(value);
  if (message === null) return null;
  const { kind, from, term } = message;
  if (kind === "ask") return isText(from, 100) ? { kind, from } : null;
  if (kind === "look" || kind === "reconnect") return { kind };
  const news = readNews(message);
  return news !== null && typeof term === "number" && Number.isSafeInteger(term)
    ? { ...news, term }
    : null;
}
