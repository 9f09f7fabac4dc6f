/** Follows the log as it grows: a stream of the server's, begun again where it ended. */
import type { RecordedEvent } from "../../pnl/event.ts";
import { Backoff } from "../../client/backoff.ts";
import { EventStreamParser, type StreamEvent } from "../../client/event_stream.ts";
import { MAX_FRAME_LENGTH } from "../../client/transport.ts";

/** `following`: the stream is open. `broken`: it is tried again. `refused`: it is not. */
export type TailStatus = "connecting" | "following" | "broken" | "refused";

/** Told what a tail brings. */
export interface TailSink {
  event(event: RecordedEvent): void;
  status(status: TailStatus): void;
  /** The log is not the one that was followed: what is shown may differ from it. */
  reset(): void;
}

/** What a tail follows. */
export interface TailOptions {
  /** Filters as parameters of `/api/events/stream`. */
  readonly query: string;
  /** Position that was seen already. */
  readonly after: number;
  /** Asks the server, as `fetch` does; rejects where the answer is an error. */
  readonly ask: (path: string, init: RequestInit) => Promise<Response>;
  readonly sink: TailSink;
  /** The server says something at least this often, in milliseconds; default 45,000. */
  readonly silentMs?: number;
  /** The first wait before it is tried again is shorter than this, in milliseconds; default 1,000. */
  readonly firstMs?: number;
}

const LONGEST_MS = 30_000;

/** Trying again is of no use: the answer was an error of the client's, but for too many requests. */
export function isLasting(error: unknown): boolean {
  if (!(error instanceof Error) || !("status" in error) || !("code" in error)) return false;
  const { status, code } = error;
  if (code === "not-on-this-node") return true;
  return typeof status === "number" && status >= 400 && status < 500 && status !== 429;
}

/** A tail of the log. Follows from the call of `start` until `stop`. */
export class EventTail {
  readonly #options: TailOptions;
  readonly #backoff: Backoff;
  readonly #ending = new AbortController();
  #after: string;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#after = String(options.after);
    const { firstMs = 1_000 } = options;
    this.#backoff = new Backoff({ firstMs, longestMs: LONGEST_MS, random: Math.random });
  }

  /** Follows until it is stopped, or the server does not want it. */
  async start(): Promise<void> {
    const { sink } = this.#options;
    const { signal } = this.#ending;
    sink.status("connecting");
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (isLasting(error)) return sink.status("refused");
      }
      if (signal.aborted) return;
      sink.status("broken");
      await pause(this.#backoff.next(), signal);
    }
  }

  /** Ends it; its sink is told nothing more. */
  stop(): void {
    this.#ending.abort();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { query, ask, sink, silentMs = 45_000 } = this.#options;
    const ending = new AbortController();
    const either = AbortSignal.any([signal, ending.signal]);
    const giveUp = () => ending.abort(new DOMException("The stream is silent", "TimeoutError"));
    let timer = setTimeout(giveUp, silentMs);
    try {
      const separator = query === "" ? "" : "&";
      const response = await ask(`api/events/stream?${query}${separator}after=${this.#after}`, {
        headers: { accept: "text/event-stream" },
        cache: "no-store",
        signal: either,
      });
      sink.status("following");
      const parser = this.#parser(signal);
      for await (const piece of piecesOf(response)) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, silentMs);
        parser.push(piece);
        this.#backoff.reset();
      }
    } finally {
      clearTimeout(timer);
      ending.abort();
    }
  }

  #parser(signal: AbortSignal): EventStreamParser {
    return new EventStreamParser({
      event: (event) => {
        if (!signal.aborted) this.#take(event);
      },
      retry: () => {},
    }, MAX_FRAME_LENGTH);
  }

  #take({ type, data, lastEventId }: StreamEvent): void {
    if (lastEventId !== "") this.#after = lastEventId;
    if (type === "reset") this.#options.sink.reset();
    if (type === "event") this.#options.sink.event(JSON.parse(data));
  }
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
