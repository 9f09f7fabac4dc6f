/** Who follows the hub. */
import type { Broadcast } from "./broadcast.ts";

/** How a client is connected. */
export type Transport = "websocket" | "sse";

/** What a connection is like at a moment. */
export interface PeerMeasure {
  /** Bytes that wait for it in this process. */
  readonly bufferedBytes: number;
  /** How long ago the snapshot was sent that it acknowledged last; null where it never did. */
  readonly ageMs: number | null;
  /** Its acknowledgement is overdue. */
  readonly late: boolean;
}

/** Someone who follows the stream. None of its methods throws or waits. */
export interface Subscriber {
  readonly transport: Transport;
  /**
   * Sends a broadcast, or keeps only the newest where the client does not keep up.
   *
   * @param now a monotonic time, a few milliseconds old at most
   */
  offer(broadcast: Broadcast, now: number): void;
  /** Called before a broadcast where finals before it could not be offered: they have to be read. */
  missed?(): void;
  /** Called every `keepAliveMs`, so that a quiet line is seen to live. */
  keepAlive(): void;
  /** Ends the stream; the client may come back after `retryMs`. */
  drain(retryMs: number): void;
  /** Ends the stream, which may not go on; without it, {@link drain} does. */
  expel?(): void;
  /** Called each second, with a monotonic time. */
  watch?(now: number): void;
  /** What it is like now. */
  measure?(now: number): PeerMeasure;
  /** Sends no snapshots while held, because too much waits in this process. */
  hold?(held: boolean): void;
}
