/** What the hub has done, and what is open. */
import type { Limit } from "./limits.ts";
import type { Load } from "./overload.ts";
import type { Transport } from "./subscriber.ts";

/** Counters since start, and what is open now. */
export interface HubStats extends Load {
  readonly connections: Readonly<Record<Transport, number>>;
  /** Connections, counted above, that were told to go and have not gone. */
  readonly closing: number;
  /** Connections that were accepted. */
  readonly accepted: number;
  /** Streams that were not opened, and WebSockets that were closed, by the limit that was reached. */
  readonly refused: Readonly<Record<Limit, number>>;
  /** Snapshots sent to a client. */
  readonly sent: number;
  /** Snapshots that a newer one replaced, or the client's leaving, before they were sent. */
  readonly conflated: number;
  /** Times a client was told that its gap cannot be filled. */
  readonly resets: number;
  /** Times a client's acknowledgement became overdue. */
  readonly lateTimes: number;
  /** Times a connection was held because too much waited in this process. */
  readonly holds: number;
}

/** The counters that a subscriber moves. */
export type Counter = "sent" | "conflated" | "resets" | "lateTimes";
