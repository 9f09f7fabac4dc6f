/** What a client shows of itself. */
import type { DeliveredSnapshot } from "./delivered.ts";
import type { ClientError, LineStatus } from "./feed.ts";
import type { Missed } from "./sequencer.ts";
import type { TransportName } from "./transport.ts";

/**
 * `idle`: not started, or stopped. `connecting`: for the first time. `live`: snapshots are pushed.
 * `polling`: they are asked for. `reconnecting`: the line broke, or has not come about. `offline`: the
 * same, and the platform knows of no network. `paused`: {@link PnlClient.pause}. `refused`: the server
 * does not want this client, which does not try again by itself.
 */
export type ClientStatus = LineStatus | "idle" | "paused";

/** A state. Another object whenever anything in it changes. */
export interface ClientState {
  /** The newest snapshot; null before the first. */
  readonly snapshot: DeliveredSnapshot | null;
  /** Its stream position. */
  readonly position: string | null;
  readonly status: ClientStatus;
  /** The transport in use; null where there is none. */
  readonly transport: TransportName | null;
  /** When the next attempt begins, in milliseconds of the wall clock; null where none waits. */
  readonly retryAt: number | null;
  /** Attempts that failed since the last one that did not. */
  readonly attempts: number;
  readonly missed: Missed;
  /** What last went wrong; it stays when things are well again. */
  readonly lastError: ClientError | null;
}

/** The state of a client that was not started. */
export const IDLE: ClientState = Object.freeze({
  snapshot: null,
  position: null,
  status: "idle",
  transport: null,
  retryAt: null,
  attempts: 0,
  missed: Object.freeze({ count: 0, resyncs: 0 }),
  lastError: null,
});
