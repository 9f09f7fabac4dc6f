/** Where a client's snapshots come from: a connection of its own, or that of another tab. */
import type { DeliveredSnapshot } from "./delivered.ts";
import type { TransportName } from "./transport.ts";

/** How the connection is. */
export type LineStatus =
  | "connecting"
  | "live"
  | "polling"
  | "reconnecting"
  | "offline"
  | "refused";

/** What last went wrong. */
export interface ClientError {
  /** Machine-readable, such as `closed_1006`, `http_503`, `silent`, `connect_timeout`. */
  readonly code: string;
  readonly message: string;
}

/** All that is to be known of the connection. */
export interface LineState {
  readonly status: LineStatus;
  /** The transport in use; null where there is none. */
  readonly transport: TransportName | null;
  /** When the next attempt begins, in milliseconds of the wall clock; null where none waits. */
  readonly retryAt: number | null;
  /** Attempts that failed since the last one that did not. */
  readonly attempts: number;
  readonly lastError: ClientError | null;
}

/** Who is fed. */
export interface FeedSink {
  line(state: LineState): void;
  /** A line opened: at first it brings the finals that were missed, then the current snapshot. */
  began(): void;
  /** @param whole true where the line brings every final */
  snapshot(data: DeliveredSnapshot, whole: boolean): void;
  reset(reason: string): void;
}

/** A source of snapshots. */
export interface Feed {
  /** Begins, or begins again. */
  start(): void;
  /** Ends at once; the sink is told nothing more until it is started again. */
  stop(): void;
  /** Begins anew with the best transport, whatever was refused before. */
  reconnect(): void;
  /** Time may have passed without timers, or the network is back: looks at once. */
  look(): void;
}

/** The state of a line that has not been opened yet. */
export const CONNECTING: LineState = {
  status: "connecting",
  transport: null,
  retryAt: null,
  attempts: 0,
  lastError: null,
};
