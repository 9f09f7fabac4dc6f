/** How the connection is, in words. */
import type { PnlStoreState } from "../client/store.ts";

/** What of the store's state the words depend on. */
export type ConnectionFacts =
  & Pick<PnlStoreState, "status" | "transport" | "retryAt" | "attempts">
  & {
    /** False where the server itself is not sure that its figures are the newest. */
    readonly confirmed: boolean;
  };

/** How well things are: `good`, worth a look, broken, or on its way. */
export type Kind = "good" | "warn" | "bad" | "quiet";

/** What is said of a connection. */
export interface ConnectionWords {
  readonly kind: Kind;
  /** Changes only when the state does, so that it may be read aloud. */
  readonly state: string;
  /** More of it, which may change each second; empty where there is nothing to add. */
  readonly detail: string;
}

/** The transports as people know them. */
export const TRANSPORTS: Readonly<Record<string, string>> = {
  websocket: "WebSocket",
  sse: "Server-sent events",
  polling: "HTTP",
};

function nextTry(retryAt: number | null, nowMs: number): string {
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - nowMs) / 1_000);
  return seconds > 0 ? `next try in ${seconds} s` : "trying now";
}

/** @param nowMs the wall clock, against which the next try is counted down */
export function connectionWords(facts: ConnectionFacts, nowMs: number): ConnectionWords {
  const { status, transport, retryAt, confirmed } = facts;
  const over = transport === null ? "" : TRANSPORTS[transport] ?? transport;
  const waiting = nextTry(retryAt, nowMs);
  switch (status) {
    case "live":
      if (!confirmed) return { kind: "warn", state: "Live, unconfirmed", detail: over };
      return { kind: "good", state: "Live", detail: over };
    case "polling":
      return { kind: "warn", state: confirmed ? "Polling" : "Polling, unconfirmed", detail: over };
    case "reconnecting":
      return { kind: "bad", state: "Reconnecting", detail: waiting };
    case "offline":
      return { kind: "bad", state: "Offline", detail: waiting };
    case "stored":
      return { kind: "warn", state: "Last visit’s figures", detail: waiting };
    case "connecting":
      return { kind: "quiet", state: "Connecting", detail: facts.attempts > 0 ? waiting : "" };
    case "paused":
      return { kind: "quiet", state: "Paused", detail: "" };
    case "refused":
      return { kind: "bad", state: "Refused", detail: "" };
    case "idle":
      return { kind: "quiet", state: "Not connected", detail: "" };
  }
}
