/** Clients of the streams for tests. */
import assert from "node:assert/strict";

/** How long a test waits for something that has to come. */
export const PATIENCE_MS = 5_000;

/** Rejects when what has to come does not. */
export function soon<T>(promise: Promise<T>, what: string, ms = PATIENCE_MS): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`No ${what} within ${ms} ms`)), ms);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits until something holds. */
export async function until(holds: () => boolean, what: string, ms = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Not ${what} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** One server-sent event; a comment has only `comment`. */
export interface SseEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data?: string;
  readonly retry?: string;
  readonly comment?: string;
}

function parseSse(block: string): SseEvent {
  const fields: Record<string, string> = {};
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    fields[colon === 0 ? "comment" : line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  return fields;
}

/** Reads server-sent events one by one. */
export class SseClient {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(response: Response) {
    assert.ok(response.body !== null);
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next event, or null where the stream ended. */
  async next(): Promise<SseEvent | null> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return parseSse(block);
      }
      const { value, done } = await soon(this.#reader.read(), "server-sent event");
      if (done) return null;
      this.#text += value;
    }
  }

  /** The next event that carries data. */
  async nextData(): Promise<Required<Pick<SseEvent, "data">> & SseEvent> {
    for (;;) {
      const event = await this.next();
      assert.ok(event !== null, "The stream ended");
      if (event.data !== undefined) return { ...event, data: event.data };
    }
  }

  /** Goes away. */
  close(): Promise<void> {
    return this.#reader.cancel();
  }
}

/** A frame from the server. */
export interface ServerFrame {
  readonly type: string;
  readonly pos?: string;
  readonly reason?: string;
  readonly [key: string]: unknown;
}

/** A WebSocket whose frames are read one by one. */
export class WebSocketClient {
  readonly socket: WebSocket;
  /** How the socket was closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #frames: string[] = [];
  #wake = () => {};

  constructor(url: string, protocols: string[] = []) {
    this.socket = new WebSocket(url.replace(/^http/, "ws"), protocols);
    const { promise, resolve } = Promise.withResolvers<{ code: number; reason: string }>();
    this.closed = promise;
    this.socket.onmessage = ({ data }) => {
      this.#frames.push(data);
      this.#wake();
    };
    this.socket.onclose = ({ code, reason }) => resolve({ code, reason });
  }

  /** The text of the next frame. */
  async nextText(): Promise<string> {
    while (this.#frames.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await soon(promise, "WebSocket frame");
    }
    return this.#frames.shift() ?? "";
  }

  /** The next frame. */
  async next(): Promise<ServerFrame> {
    return JSON.parse(await this.nextText());
  }

  /** Sends a frame. */
  send(frame: unknown): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** Goes away and waits until that has happened. */
  async close(): Promise<void> {
    this.socket.close();
    await soon(this.closed, "close");
  }
}

/** Opens a connection and sends a request as it stands; nothing is read. */
export async function rawRequest(port: number, lines: readonly string[]): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  return connection;
}

/** The head of a WebSocket handshake. */
export function handshake(port: number, change: Readonly<Record<string, string>> = {}): string[] {
  const headers = {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...change,
  };
  return [
    "GET /ws HTTP/1.1",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
}
