/**
 * The event log: an append-only, gapless, totally ordered list of events, and the only truth there is.
 */
import type { Candidate, EventSource, EventType } from "../pnl/event.ts";

/** What became of one candidate of a batch. */
export interface Appended {
  /** `exists`: the same identity, or the same content of an observation, is at `position` already. */
  readonly status: "appended" | "exists";
  readonly position: number;
}

/** A line of the log. The line *is* the record: RFC 8785 canonical JSON of the event. */
export interface LogLine {
  readonly position: number;
  readonly line: string;
}

/** Where the log ends. */
export interface LogHead {
  /** Number of events, and the position of the last; 0 for an empty log. */
  readonly position: number;
  /** Recorded time of the last event, or null for an empty log. */
  readonly recordedTime: string | null;
  /** RFC 9162 Merkle tree hash over all lines, hex. */
  readonly root: string;
}

/** The lineage of something derived from a log: which log, how far, and the root there. */
export interface Lineage {
  readonly logId: string;
  readonly position: number;
  readonly root: string;
}

/** Filters of {@link EventLog.read}; all that are given must hold. */
export interface ReadOptions {
  /** Only positions above this one; default 0. */
  readonly after?: number;
  /** Only positions up to and with this one. */
  readonly to?: number;
  /** At most this many lines, 1 to 10,000; default 1,000. */
  readonly limit?: number;
  readonly source?: EventSource;
  readonly type?: EventType;
  readonly subject?: string;
  /** `time` at or after, and before; UTC ISO 8601 with milliseconds. */
  readonly timeFrom?: string;
  readonly timeTo?: string;
  /** `recordedtime` at or after, and before. */
  readonly recordedFrom?: string;
  readonly recordedTo?: string;
  /** `asc` (default): the oldest first; `desc`: the newest first, so that a limit keeps the newest. */
  readonly order?: ReadOrder;
}

/** In which order of position lines are read. */
export type ReadOrder = "asc" | "desc";

/** How many events were found, and where. */
export interface Extent {
  readonly count: number;
  /** Position of the first and of the last; 0 where there is none. */
  readonly first: number;
  readonly last: number;
  /** Positions of the newest, in order. */
  readonly positions: readonly number[];
}

/** How many events of a source and type there are. */
export interface EventCount {
  readonly source: EventSource;
  readonly type: EventType;
  readonly count: number;
}

/** Options of {@link EventLog.subscribe}. */
export interface SubscribeOptions {
  /** Lines after this position; default 0. */
  readonly after?: number;
  /** At most this many lines a batch; default 1,000. */
  readonly batch?: number;
  readonly signal: AbortSignal;
}

/** The log's interface; one conformance suite runs on every implementation. */
export interface EventLog {
  /** Random, made with the log: tells two logs apart. */
  readonly id: string;

  head(): LogHead;

  /**
   * Appends a batch in one transaction: all or nothing. Before the first event of a new UTC day of
   * recorded time it puts `clock.day-started`, which is not among the answers; where that event itself
   * is offered, it is put and the answer is `exists`.
   *
   * An observation's `atMostEveryMs` holds also where `withFacts` would append it.
   *
   * @param batch at most 10,000 candidates
   * @returns what became of each candidate, in order
   * @throws {ConflictError} where a fact's identity is in the log with other content; nothing is written
   * @throws {InvalidEventError} where a candidate is not of the catalogue; nothing is written
   * @throws {LogFailedError} where the disk refused
   */
  append(batch: readonly Candidate[]): Appended[];

  /** A page of lines, in order of position, upwards or downwards. */
  read(options?: ReadOptions): LogLine[];

  /**
   * How many events of each source and type stand at positions above `after` and up to `to`, sorted by
   * source and type. It looks at each of them: what may be long is asked for piece by piece.
   *
   * @throws {RangeError} on positions out of range
   */
  count(range: Pick<ReadOptions, "after" | "to">): EventCount[];

  /**
   * What {@link read} would find without a limit, without its lines; `limit` bounds the positions. It
   * looks at each match, and without `subject` or `type` alone at each event: what may be long is asked
   * for piece by piece.
   *
   * @throws {RangeError} on options out of range
   */
  extent(options: ReadOptions): Extent;

  /**
   * Root of the tree over the first `size` lines, hex.
   *
   * @throws {RangeError} beyond the head
   */
  rootAt(size: number): string;

  /** True where this log holds `lineage.position` events with that root, and is that log. */
  contains(lineage: Lineage): boolean;

  /** Lines after a position, for ever: a batch, then the next as soon as it is appended. */
  subscribe(options: SubscribeOptions): AsyncIterable<readonly LogLine[]>;

  /** Ends subscriptions and releases what is held. */
  close(): void;
}

/** One conflicting candidate of a batch. */
export interface Conflict {
  /** Its index in the batch. */
  readonly index: number;
  readonly source: EventSource;
  readonly id: string;
  /** Where the other content stands. */
  readonly position: number;
  /** The fields of `data` that differ. */
  readonly fields: readonly string[];
}

/** Same identity, other content. Nothing of the batch was written. */
export class ConflictError extends Error {
  readonly code = "event_conflict";
  constructor(readonly conflicts: readonly Conflict[]) {
    const first = conflicts[0];
    super(
      first === undefined
        ? "Cannot append: conflict"
        : `Cannot append ${first.source} ${first.id}: position ${first.position} holds other ${
          first.fields.join(", ")
        }${conflicts.length > 1 ? ` (and ${conflicts.length - 1} more conflicts)` : ""}`,
    );
    this.name = "ConflictError";
  }
}

/** A candidate that is not of the catalogue, or whose time cannot be. Nothing of the batch was written. */
export class InvalidEventError extends Error {
  readonly code = "event_invalid";
  constructor(readonly index: number, readonly path: string, readonly reason: string) {
    super(`Cannot append candidate ${index}: ${path} ${reason}`);
    this.name = "InvalidEventError";
  }
}

/** The storage under the log failed or holds something it cannot. */
export class LogFailedError extends Error {
  readonly code = "log_failed";
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LogFailedError";
  }
}
