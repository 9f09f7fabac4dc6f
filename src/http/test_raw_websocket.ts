/** A WebSocket client for tests that reads when it is told to, as fast or as slowly. */
import { handshake, rawRequest, type ServerFrame } from "./test_streams.ts";

const UTF8 = new TextEncoder();
const CLOSE = 8;

/** A frame as a client sends it, masked with zeros. */
function clientFrame(text: string): Uint8Array {
  const payload = UTF8.encode(text);
  const length = payload.length <= 125
    ? [0x80 | payload.length]
    : [0xfe, payload.length >> 8, payload.length & 0xff];
  return new Uint8Array([0x81, ...length, 0, 0, 0, 0, ...payload]);
}

/** Speaks with the server on a plain connection. Nothing is read unless {@link take} is called. */
export class RawWebSocket implements Disposable {
  readonly #connection: Deno.TcpConn;
  #bytes: Uint8Array;
  #open = true;
  /** Why the server closed; null while it has not. */
  closed: { readonly code: number; readonly reason: string } | null = null;

  private constructor(connection: Deno.TcpConn, first: Uint8Array) {
    this.#connection = connection;
    this.#bytes = first;
  }

  /** Connects, and reads no further than the answer to the handshake. */
  static async connect(port: number, query = ""): Promise<RawWebSocket> {
    const [, ...fields] = handshake(port);
    const connection = await rawRequest(port, [`GET /ws${query} HTTP/1.1`, ...fields]);
    const buffer = new Uint8Array(4_096);
    let head = "";
    let size = 0;
    while (!head.includes("\r\n\r\n")) {
      const read = await connection.read(buffer.subarray(size));
      if (read === null) throw new Error("The server closed the connection");
      size += read;
      head = new TextDecoder("latin1").decode(buffer.subarray(0, size));
    }
    return new RawWebSocket(connection, buffer.slice(head.indexOf("\r\n\r\n") + 4, size));
  }

  /** False where the server has ended the connection. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Sends a text frame. */
  async send(frame: unknown): Promise<void> {
    await this.#connection.write(clientFrame(JSON.stringify(frame)));
  }

  /** Reads at most so many bytes and gives the whole text frames that are there then. */
  async take(bytes: number): Promise<ServerFrame[]> {
    if (!this.#open) return [];
    const buffer = new Uint8Array(bytes);
    const read = await this.#connection.read(buffer).catch(() => null);
    if (read === null) {
      this.#open = false;
      return [];
    }
    const joined = new Uint8Array(this.#bytes.length + read);
    joined.set(this.#bytes);
    joined.set(buffer.subarray(0, read), this.#bytes.length);
    this.#bytes = joined;
    const texts: ServerFrame[] = [];
    for (let text = this.#next(); text !== null; text = this.#next()) {
      if (text !== "") texts.push(JSON.parse(text));
    }
    return texts;
  }

  /** Ends the connection. */
  [Symbol.dispose](): void {
    this.#connection.close();
  }

  /** The text of the next whole frame; empty where it is no text; null where none is whole. */
  #next(): string | null {
    const bytes = this.#bytes;
    if (bytes.length < 4) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const short = bytes[1]! & 0x7f;
    const head = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < head) return null;
    const length = short === 127
      ? Number(view.getBigUint64(2))
      : short === 126
      ? view.getUint16(2)
      : short;
    if (bytes.length < head + length) return null;
    const opcode = bytes[0]! & 0x0f;
    const payload = bytes.slice(head, head + length);
    this.#bytes = bytes.slice(head + length);
    if (opcode === CLOSE) {
      const reason = new TextDecoder().decode(payload.subarray(2));
      this.closed = { code: (payload[0]! << 8) | payload[1]!, reason };
    }
    return opcode === 1 ? new TextDecoder().decode(payload) : "";
  }
}
