/** The tail of the log as server-sent events: read from the log only as fast as the client takes it. */
import { getLogger } from "@logtape/logtape";
import type { LogLine } from "../log/event_log.ts";
import { EventCursor, type EventFilter, type EventStart, planEvents } from "./event_cursor.ts";
import type { Holder } from "./holder.ts";
import type { Hub } from "./hub.ts";
import type { LogTail } from "./log_tail.ts";
import type { PeerMeasure, Subscriber } from "./subscriber.ts";

const log = getLogger(["pnl", "stream"]);
const UTF8 = new TextEncoder();

/** Bytes that may wait in the stream; nothing is read from the log meanwhile. */
const BUFFERED_BYTES = 16 * 1024;
/** Lines read from the log at a time. */
const PAGE = 32;

function sseEvent({ position, line }: LogLine): string {
  return `event: event\nid: ${position}\ndata: ${line}\n\n`;
}

class EventTail implements Subscriber {
  readonly transport = "sse";
  readonly #hub: Hub;
  readonly #tail: LogTail;
  readonly #start: EventStart;
  readonly #holder: Holder;
  readonly #cursor: EventCursor;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #unwatch = () => {};
  /** Everything was sent: an append is to be told at once, not at the next pull. */
  #idle = false;
  /** Too much waits in this process: nothing is added to it. */
  #held = false;

  constructor(
    hub: Hub,
    tail: LogTail,
    filter: EventFilter,
    start: EventStart,
    holder: Holder,
  ) {
    this.#holder = holder;
    this.#hub = hub;
    this.#tail = tail;
    this.#start = start;
    this.#cursor = new EventCursor(tail.log, filter, start.after);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    this.#hub.add(this, this.#holder);
    // It is no reader of snapshots.
    this.#hub.mute(this);
    this.#unwatch = this.#tail.watch(() => this.#wake());
    // A client that is cut off before the first event knows where it was: an id needs no data.
    const start = this.#start;
    this.#write(`retry: ${this.#hub.retryMs()}\nid: ${start.after}\n\n`);
    if (start.kind === "follow") return;
    this.#hub.count("resets");
    const { reason, after } = start;
    this.#write(`event: reset\ndata: ${JSON.stringify({ reason, position: after })}\n\n`);
  }

  /** The reader took something: there is room again. A stream that fails ends, and the client comes back. */
  pull(): void {
    if (this.#controller === null || this.#held) return;
    try {
      const lines = this.#cursor.next(PAGE);
      this.#idle = lines.length === 0;
      if (!this.#idle) this.#write(lines.map(sseEvent).join(""));
    } catch (error) {
      log.error("A stream of events failed: {error}", { error });
      this.drain(this.#hub.retryMs());
    }
  }

  /** The client went away. */
  cancel(): void {
    this.#controller = null;
    this.#unwatch();
    this.#hub.release(this);
  }

  /** Snapshots are not offered to it. */
  offer(): void {}

  /** Says how far it has looked too: with a filter that may be far beyond the last event. */
  keepAlive(): void {
    if (!this.#idle || (this.#controller?.desiredSize ?? 0) <= 0) return;
    this.#write(`: alive\nid: ${this.#cursor.position}\n\n`);
  }

  measure(): PeerMeasure {
    const room = this.#controller?.desiredSize ?? BUFFERED_BYTES;
    return { bufferedBytes: Math.max(0, BUFFERED_BYTES - room), ageMs: null, late: false };
  }

  hold(held: boolean): void {
    this.#held = held;
    if (!held && (this.#controller?.desiredSize ?? 0) > 0) this.pull();
  }

  drain(retryMs: number): void {
    if (this.#controller === null) return;
    // What is enqueued is pulled after at once.
    this.#held = true;
    this.#write(`retry: ${retryMs}\n\n`);
    // That shows the runtime a client that is gone, and the stream is cancelled before this returns.
    this.#controller?.close();
    this.cancel();
  }

  #wake(): void {
    if (this.#idle) this.pull();
  }

  #write(text: string): void {
    this.#controller?.enqueue(UTF8.encode(text));
  }
}

/** What a stream of events is to hold. */
export interface EventTailOptions {
  readonly filter: EventFilter;
  /** The position that the client has seen, as it says; null: only what comes from now on. */
  readonly after: string | null;
  /** For whom it is open. */
  readonly holder: Holder;
}

/**
 * Opens a stream of events. It counts as a connection until it is cancelled or drained. Where the client
 * names a position that cannot be gone on from, it is told so, and the end of the log is followed.
 *
 * @throws {LogFailedError} where the log cannot be read
 */
export function openEventTail(
  hub: Hub,
  tail: LogTail,
  { filter, after, holder }: EventTailOptions,
): ReadableStream<Uint8Array> {
  const start = planEvents(after, tail.log.head().position);
  return new ReadableStream(
    new EventTail(hub, tail, filter, start, holder),
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }),
  );
}
