/** A client that follows a stream as clients do, comes back where it was cut off, and notes every breach. */
import { parseStreamPosition, type StreamPosition } from "../src/projection/frame.ts";
import { SseClient } from "../src/http/test_streams.ts";

/** Comes back so soon after a connection ended; a server may wish for more, which a test has no time for. */
const RETRY_MS = 30;

/** One snapshot that the client was given. */
export interface Seen extends StreamPosition {
  /** When it came, wall-clock milliseconds. */
  readonly at: number;
  readonly confirmed: boolean;
  /** How often the client had been told to forget what it has. */
  readonly resets: number;
}

/** Follows until it is stopped. */
export abstract class StreamFollower implements AsyncDisposable {
  readonly seen: Seen[] = [];
  /** What must not be: a snapshot earlier than one before, without a reset in between. */
  readonly breaches: string[] = [];
  resets = 0;
  /** Connections so far. */
  connections = 0;
  protected stopped = false;
  #last: StreamPosition | null = null;
  #running: Promise<void> | null = null;

  /** @param url origin of the server */
  constructor(protected readonly url: string) {}

  /** The offsets of the finals between resets: a list for each, oldest first, none twice. */
  get finals(): number[][] {
    const lists: number[][] = Array.from({ length: this.resets + 1 }, () => []);
    for (const { offset, resets } of this.seen) {
      const list = lists[resets] ?? [];
      if (offset % 2 === 1 && list.at(-1) !== offset) list.push(offset);
    }
    return lists;
  }

  /** Begins to follow. */
  start(): this {
    this.#running ??= this.#run();
    return this;
  }

  /** Ends the connection. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cut();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** One connection, to its end. */
  protected abstract follow(since: string | null): Promise<void>;

  /** Cuts the connection off. */
  abstract cut(): void;

  /** The server said: forget what you have. */
  protected reset(): void {
    this.resets += 1;
    this.#last = null;
  }

  /** The server gave a snapshot. */
  protected snapshot(pos: string, confirmed: boolean): void {
    const position = parseStreamPosition(pos);
    if (position === null) return void this.breaches.push(`${pos} is no position`);
    const last = this.#last;
    const same = last === null || last.epoch === position.epoch;
    if (!same || (last !== null && position.offset < last.offset)) {
      this.breaches.push(`${pos} after ${last?.epoch}:${last?.offset}`);
    }
    this.#last = position;
    this.seen.push({ ...position, at: Date.now(), confirmed, resets: this.resets });
  }

  async #run(): Promise<void> {
    while (!this.stopped) {
      const last = this.#last;
      this.connections += 1;
      await this.follow(last === null ? null : `${last.epoch}:${last.offset}`).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Follows `/ws`, and acknowledges. */
export class WebSocketFollower extends StreamFollower {
  #socket: WebSocket | null = null;

  protected follow(since: string | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = new WebSocket(`${this.url.replace(/^http/, "ws")}/ws`, "pnl.v1");
    this.#socket = socket;
    socket.onopen = () => {
      if (since === null) return;
      socket.send(JSON.stringify({ type: "subscribe", channels: ["pnl"], since }));
    };
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === "reset") this.reset();
      if (frame.type !== "snapshot") return;
      this.snapshot(frame.pos, frame.data.served.confirmed);
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify({ type: "ack", pos: frame.pos }));
      }
    };
    socket.onerror = () => resolve();
    socket.onclose = () => resolve();
    return promise;
  }

  cut(): void {
    this.#socket?.close();
  }
}

/** Follows `/api/pnl/stream`. */
export class SseFollower extends StreamFollower {
  #connection = new AbortController();

  protected async follow(since: string | null): Promise<void> {
    this.#connection = new AbortController();
    if (this.stopped) return;
    const response = await fetch(`${this.url}/api/pnl/stream`, {
      headers: since === null ? {} : { "last-event-id": since },
      signal: this.#connection.signal,
    });
    const client = new SseClient(response);
    for (;;) {
      const event = await client.next();
      if (event === null) return;
      if (event.event === "reset") this.reset();
      if (event.event !== "snapshot" || event.id === undefined) continue;
      this.snapshot(event.id, JSON.parse(event.data ?? "").served.confirmed);
    }
  }

  cut(): void {
    this.#connection.abort();
  }
}

/**
 * The finals that a client was not given and not told of either, though it had one before and one after.
 *
 * @param lists the client's finals between resets
 * @param all the offsets of every final there is
 */
export function missedFinals(lists: readonly (readonly number[])[], all: readonly number[]) {
  return lists.flatMap((list) => {
    const [first, last] = [list.at(0), list.at(-1)];
    if (first === undefined || last === undefined) return [];
    const had = new Set(list);
    return all.filter((offset) => offset > first && offset < last && !had.has(offset));
  });
}
