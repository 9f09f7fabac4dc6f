/** How far one reader of the log has come. */
import type { EventLog, LogLine, ReadOptions } from "../log/event_log.ts";

/** Which events a reader wants; all that are given must hold. */
export type EventFilter = Pick<ReadOptions, "source" | "type" | "subject">;

/** Reads a log a page at a time, whenever it is asked, and knows where it is. */
export class EventCursor {
  readonly #log: Pick<EventLog, "head" | "read">;
  readonly #filter: EventFilter;
  #position: number;

  /** @param after the position to go on from */
  constructor(log: Pick<EventLog, "head" | "read">, filter: EventFilter, after: number) {
    this.#log = log;
    this.#filter = filter;
    this.#position = after;
  }

  /** Up to and with this position all that the reader wants has been read. */
  get position(): number {
    return this.#position;
  }

  /**
   * The next lines, oldest first; none where the reader is at the end of the log.
   *
   * @param limit how many at most
   * @throws {LogFailedError} where the log cannot be read; the reader stays where it is
   */
  next(limit: number): readonly LogLine[] {
    const to = this.#log.head().position;
    if (this.#position >= to) return [];
    const lines = this.#log.read({ ...this.#filter, after: this.#position, to, limit });
    const last = lines.at(-1);
    // A page that is not full has looked at everything: what does not match is not looked at again.
    this.#position = last !== undefined && lines.length === limit ? last.position : to;
    return lines;
  }
}

/** Where a reader of the log begins. */
export type EventStart =
  | { readonly kind: "follow"; readonly after: number }
  /** Something is wrong with the position that was named: it is said, then the end of the log is followed. */
  | { readonly kind: "reset"; readonly reason: "invalid" | "ahead"; readonly after: number };

/**
 * Decides where to begin.
 *
 * @param named the position that the reader has seen, as it says; null: only what comes from now on
 * @param head the last position of the log
 */
export function planEvents(named: string | null, head: number): EventStart {
  if (named === null) return { kind: "follow", after: head };
  const position = /^\d{1,16}$/.test(named) ? Number(named) : NaN;
  if (!Number.isSafeInteger(position)) return { kind: "reset", reason: "invalid", after: head };
  if (position > head) return { kind: "reset", reason: "ahead", after: head };
  return { kind: "follow", after: position };
}
