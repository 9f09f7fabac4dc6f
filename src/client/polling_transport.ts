/** Polling: `/api/pnl/current`, where no stream gets through. */
import { DEFAULT_INTERVAL_MS, intervalOf } from "./delivered.ts";
import { endingOfAnswer, endingOfError, type HttpOptions, readText } from "./http_answer.ts";
import { readSnapshot } from "./server_message.ts";
import { type Ending, type Line, type Receiver, type Transport, unreadable } from "./transport.ts";

/**
 * After so many answers of 304 the snapshot is asked for in full: a 304 says that it is the same, but
 * not how long ago the server knew that it is the newest.
 */
const MOST_UNCHANGED = 2;
/** No server is asked more often, whatever its windows are. */
const SHORTEST_MS = 100;

class PollingLine implements Line {
  readonly #options: HttpOptions;
  readonly #receiver: Receiver;
  readonly #closing = new AbortController();
  #etag: string | null = null;
  #unchanged = 0;
  #intervalMs = DEFAULT_INTERVAL_MS;
  /** Ends the wait between two polls. */
  #wake = () => {};

  constructor(options: HttpOptions, receiver: Receiver) {
    this.#options = options;
    this.#receiver = receiver;
  }

  close(): void {
    this.#closing.abort();
    this.#wake();
  }

  /** Polls now, and in full. */
  poke(): void {
    this.#etag = null;
    this.#wake();
  }

  /** Polls until it is closed or fails. Does not throw. */
  async run(): Promise<void> {
    try {
      for (let ending: Ending | null = null; !this.#closing.signal.aborted;) {
        ending = await this.#poll();
        if (ending !== null) return this.#end(ending);
        await this.#wait();
      }
    } catch (error) {
      this.#end(endingOfError(error));
    }
  }

  async #poll(): Promise<Ending | null> {
    const { base, fetch, headers, clock } = this.#options;
    const added = await headers();
    this.#closing.signal.throwIfAborted();
    const known = this.#unchanged < MOST_UNCHANGED ? this.#etag : null;
    const response = await fetch(new URL("api/pnl/current", base).href, {
      headers: {
        ...added,
        accept: "application/json",
        ...(known === null ? {} : { "if-none-match": known }),
      },
      cache: "no-store",
      signal: this.#closing.signal,
    });
    if (response.status === 304) {
      this.#unchanged += 1;
      this.#receiver.heard();
      return null;
    }
    if (response.status !== 200) return await endingOfAnswer(response, clock.now());
    const snapshot = readSnapshot(await readText(response));
    if (snapshot === null) return unreadable("bad_frame", "The answer is no snapshot");
    this.#closing.signal.throwIfAborted();
    this.#etag = response.headers.get("etag");
    this.#unchanged = 0;
    this.#intervalMs = Math.max(intervalOf(snapshot), SHORTEST_MS);
    this.#receiver.snapshot(snapshot);
    return null;
  }

  #wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#intervalMs);
    this.#wake = resolve;
    if (this.#closing.signal.aborted) resolve();
    return promise.finally(() => clearTimeout(timer));
  }

  #end(ending: Ending): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#receiver.ended(ending);
  }
}

/** Follows by asking again and again, at the length of the server's windows. */
export class PollingTransport implements Transport {
  readonly name = "polling";
  readonly whole = false;
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** Begins to poll. The finals since a position cannot be asked for this way. */
  open(_since: string | null, receiver: Receiver): Line {
    const line = new PollingLine(this.#options, receiver);
    void line.run();
    return line;
  }
}
