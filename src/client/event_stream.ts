/**
 * Reads `text/event-stream` as the HTML standard says (§9.2.6): lines end with CR, LF or CRLF, pieces
 * may be cut anywhere, a byte order mark is skipped, `data` lines are joined.
 */

/** A server-sent event. */
export interface StreamEvent {
  /** `message` where the server named none. */
  readonly type: string;
  readonly data: string;
  /** The last id that the server gave, with this event or before; empty where none. */
  readonly lastEventId: string;
}

/** One event or line is longer than may be kept. */
export class EventTooLargeError extends Error {
  readonly code = "frame_too_large";
  readonly limit: number;
  constructor(limit: number) {
    super(`Cannot read the event stream: an event is longer than ${limit} characters`);
    this.name = "EventTooLargeError";
    this.limit = limit;
  }
}

/** Told what the stream holds. */
export interface EventStreamHandler {
  event(event: StreamEvent): void;
  /** The server chose the time to come back after, in milliseconds. */
  retry(ms: number): void;
}

/** A parser of one stream. */
export class EventStreamParser {
  readonly #handler: EventStreamHandler;
  readonly #limit: number;
  /** Skips a byte order mark at the start, and joins characters that were cut. */
  readonly #decoder = new TextDecoder();
  #line = "";
  /** The last piece ended with CR: an LF right after it belongs to the same line end. */
  #afterCr = false;
  #type = "";
  #data = "";
  #hasData = false;
  #lastEventId = "";

  /** @param limit the most characters that one event may have */
  constructor(handler: EventStreamHandler, limit: number) {
    this.#handler = handler;
    this.#limit = limit;
  }

  /**
   * Takes the next piece.
   *
   * @throws {EventTooLargeError}
   */
  push(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    let from = this.#afterCr && text.startsWith("\n") ? 1 : 0;
    if (text !== "") this.#afterCr = false;
    const ends = /\r\n|\n|\r/g;
    for (ends.lastIndex = from;;) {
      const end = ends.exec(text);
      if (end === null) break;
      this.#extend(text.slice(from, end.index));
      from = ends.lastIndex;
      this.#afterCr = end[0] === "\r" && from === text.length;
      const line = this.#line;
      this.#line = "";
      this.#takeLine(line);
    }
    this.#extend(text.slice(from));
  }

  #extend(text: string): void {
    if (this.#line.length + this.#data.length + text.length > this.#limit) {
      throw new EventTooLargeError(this.#limit);
    }
    this.#line += text;
  }

  #takeLine(line: string): void {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const text = colon < 0 ? "" : line.slice(colon + 1);
    this.#takeField(name, text.startsWith(" ") ? text.slice(1) : text);
  }

  #takeField(name: string, value: string): void {
    switch (name) {
      case "event":
        this.#type = value;
        return;
      case "data":
        this.#data += this.#hasData ? `\n${value}` : value;
        this.#hasData = true;
        return;
      case "id":
        if (!value.includes("\0")) this.#lastEventId = value;
        return;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.#handler.retry(Number(value));
    }
  }

  #dispatch(): void {
    const event = {
      type: this.#type === "" ? "message" : this.#type,
      data: this.#data,
      lastEventId: this.#lastEventId,
    };
    const hasData = this.#hasData;
    this.#type = "";
    this.#data = "";
    this.#hasData = false;
    if (hasData) this.#handler.event(event);
  }
}
