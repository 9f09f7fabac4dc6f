/**
 * A source: something upstream that can be polled for events. It knows nothing of breakers, of the log
 * or of schedules; the poller does.
 */
import type { Candidate, EventSource } from "../pnl/event.ts";
import type { SourceName } from "../pnl/sources.ts";

/** The names of the sources, also their keys in `/health` and in a snapshot's `pending`. */
export type { SourceName };

/** What a log is bound to by a source's first event; a start that contradicts it stops. */
export interface Binding {
  /** The upstream's origin, or `sandbox`. */
  readonly origin: string;
  /** A label of the account that does not change with a key's rotation and is no secret. */
  readonly account: string;
  /** First UTC day read, where that is bounded. */
  readonly since: string | null;
}

/** A row that could not be taken. */
export interface Rejection {
  /** What names the row upstream; the hash of the row where nothing does. */
  readonly identity: string;
  /** Path of the field, such as `fills[3].created_time`. */
  readonly path: string;
  readonly reason: string;
}

/** What one poll of a unit brought. */
export interface Poll {
  /** In the order in which they are to be appended. */
  readonly events: readonly Candidate[];
  readonly rejected: readonly Rejection[];
  /** Opaque; saved after the append has committed, and given to the next poll. */
  readonly cursor: string;
  /** This poll has read the unit from its beginning. */
  readonly backfilled: boolean;
}

/** What a poll is given. */
export interface PollContext {
  /** The unit's cursor, or null at the beginning (or after the log was replaced). */
  readonly cursor: string | null;
  /** First UTC day to read, as bound; null where the source is not bounded. */
  readonly since: string | null;
  readonly signal: AbortSignal;
  /** Say that something arrived: a backfill is ended for want of progress, not for its length. */
  progress(rows: number): void;
}

/** A part of a source that works or fails by itself, such as transfers or balances. */
export interface SourceUnit {
  readonly name: string;
  /**
   * @throws {UpstreamError} where the upstream failed or answered what cannot be read
   */
  poll(context: PollContext): Promise<Poll>;
}

/** A source of events. */
export interface Source {
  readonly name: SourceName;
  readonly source: EventSource;
  readonly intervalMs: number;
  /** Units are polled one after the other, in this order. */
  readonly units: readonly SourceUnit[];
  /**
   * When an answer of the upstream last carried a `Date` within five minutes of the wall clock, in
   * milliseconds on the monotonic clock; null before the first.
   */
  dateAgreedAt(): number | null;
  /** Resolves what the log is to be bound to; may ask the upstream. */
  binding(signal: AbortSignal): Promise<Binding>;
}

/** How an upstream failed; the error class that a breaker event names. */
export type UpstreamErrorClass =
  | "network"
  | "timeout"
  | "unauthorized"
  | "rate_limited"
  | "client_error"
  | "server_error"
  | "malformed"
  | "clock_skew";

/** An upstream failed. Holds no credential and no body of the upstream. */
export class UpstreamError extends Error {
  readonly code = "upstream_failed";
  constructor(
    readonly errorClass: UpstreamErrorClass,
    message: string,
    /** HTTP status, path of a malformed field, the upstream's own error code. */
    readonly facts: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "UpstreamError";
  }
}
