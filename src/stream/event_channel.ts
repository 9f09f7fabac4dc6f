/** The events of the log on a WebSocket: each of them, as fast as the peer takes them. */
import { EventCursor, type EventFilter, type EventStart, planEvents } from "./event_cursor.ts";
import type { LogTail } from "./log_tail.ts";
import type { PacedSocket } from "./paced_socket.ts";
import { eventFrame, eventResetFrame, followingFrame } from "./protocol.ts";

const UTF8 = new TextEncoder();

/** Lines read from the log at a time; what waits for a peer in this process is no more than these. */
const PAGE = 16;

interface WaitingEvent {
  readonly position: number;
  readonly text: string;
  readonly bytes: number;
}

/** What a peer asks for. */
export interface EventRequest {
  readonly filter: EventFilter;
  /** The position to go on from; null: what comes from now on. */
  readonly after: number | null;
}

/** Sends the tail of the log to one peer. Nothing is left out: what may not go yet stays in the log. */
export class EventChannel {
  /** Whether it goes on where the peer was, or had to say that it cannot. */
  readonly began: EventStart["kind"];
  readonly #line: PacedSocket;
  readonly #cursor: EventCursor;
  readonly #page: WaitingEvent[] = [];
  readonly #unwatch: () => void;

  /**
   * Says from where it goes on, and follows from there.
   *
   * @param appended called when there may be more to send
   * @throws {LogFailedError} where the log cannot be read
   */
  constructor(line: PacedSocket, tail: LogTail, request: EventRequest, appended: () => void) {
    this.#line = line;
    const { kind, after } = planEvents(request.after?.toString() ?? null, tail.log.head().position);
    this.began = kind;
    this.#cursor = new EventCursor(tail.log, request.filter, after);
    const word = kind === "reset" ? eventResetFrame(after) : followingFrame(after);
    line.preface(word, performance.now());
    this.#unwatch = tail.watch(appended);
  }

  /**
   * Sends what may go now.
   *
   * @returns how long to wait before the next may go: Infinity where there is none, or only the peer can tell
   * @throws {LogFailedError} where the log cannot be read
   */
  pump(): number {
    while (this.#line.isOpen) {
      const next = this.#next();
      if (next === undefined) return Infinity;
      const now = performance.now();
      const waitMs = this.#line.waitMs(next.bytes, now);
      if (waitMs > 0) return waitMs;
      this.#page.shift();
      this.#line.send(next.text, next.bytes, "events", next.position, now);
    }
    return Infinity;
  }

  /** Follows no more. */
  stop(): void {
    this.#unwatch();
  }

  #next(): WaitingEvent | undefined {
    if (this.#page.length === 0) {
      for (const line of this.#cursor.next(PAGE)) {
        const text = eventFrame(line);
        this.#page.push({ position: line.position, text, bytes: UTF8.encode(text).length });
      }
    }
    return this.#page[0];
  }
}
