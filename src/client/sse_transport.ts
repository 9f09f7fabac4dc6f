/** Server-sent events: `/api/pnl/stream`, read with `fetch`, so that it takes headers and runs anywhere. */
import { EventStreamParser, type StreamEvent } from "./event_stream.ts";
import { endingOfAnswer, endingOfError, type HttpOptions } from "./http_answer.ts";
import { parse, readReason, readSnapshot } from "./server_message.ts";
import {
  type Ending,
  type Line,
  MAX_FRAME_LENGTH,
  type Receiver,
  type Transport,
  unreadable,
} from "./transport.ts";

class SseLine implements Line {
  readonly #options: HttpOptions;
  readonly #receiver: Receiver;
  readonly #closing = new AbortController();
  readonly #parser: EventStreamParser;
  #retryMs: number | null = null;

  constructor(options: HttpOptions, receiver: Receiver) {
    this.#options = options;
    this.#receiver = receiver;
    this.#parser = new EventStreamParser({
      event: (event) => this.#take(event),
      retry: (ms) => this.#retryMs = ms,
    }, MAX_FRAME_LENGTH);
  }

  close(): void {
    this.#closing.abort();
  }

  /** Nothing can be sent on this line. */
  poke(): void {}

  /** Follows to the end. Does not throw. */
  async run(since: string | null): Promise<void> {
    try {
      this.#end(await this.#follow(since));
    } catch (error) {
      this.#end(endingOfError(error));
    }
  }

  async #follow(since: string | null): Promise<Ending> {
    const { base, fetch, headers, clock } = this.#options;
    const added = await headers();
    this.#closing.signal.throwIfAborted();
    const response = await fetch(new URL("api/pnl/stream", base).href, {
      headers: {
        ...added,
        accept: "text/event-stream",
        ...(since === null ? {} : { "last-event-id": since }),
      },
      cache: "no-store",
      signal: this.#closing.signal,
    });
    const type = response.headers.get("content-type") ?? "";
    if (response.status !== 200 || !/^text\/event-stream\b/i.test(type)) {
      return await endingOfAnswer(response, clock.now());
    }
    await this.#read(response);
    const message = "The event stream ended";
    return { kind: "lost", code: "stream_ended", message, retryMs: this.#retryMs };
  }

  async #read(response: Response): Promise<void> {
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.#closing.signal.aborted) return;
      this.#receiver.heard();
      this.#parser.push(value);
    }
  }

  #take({ type, data }: StreamEvent): void {
    if (this.#closing.signal.aborted) return;
    if (type === "reset") return this.#receiver.reset(readReason(parse(data)));
    if (type !== "snapshot") return;
    const snapshot = readSnapshot(data);
    if (snapshot !== null) this.#receiver.snapshot(snapshot);
    else this.#end(unreadable("bad_frame", "An event is no snapshot"));
  }

  #end(ending: Ending): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#receiver.ended(ending);
  }
}

/** Follows over an event stream. */
export class SseTransport implements Transport {
  readonly name = "sse";
  readonly whole = true;
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** Opens a stream. */
  open(since: string | null, receiver: Receiver): Line {
    const line = new SseLine(this.#options, receiver);
    void line.run(since);
    return line;
  }
}
