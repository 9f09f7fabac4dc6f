/** One client of the fan-out benchmark: a TCP connection, its handshake, and the counting of messages. */
import { MARK } from "./fanout_commands.ts";

/** What is spoken. */
export type Protocol = "ws" | "sse" | "socketio";

const TARGETS: Readonly<Record<Protocol, string>> = {
  ws: "/ws",
  sse: "/api/pnl/stream",
  socketio: "/socket.io/?EIO=4&transport=websocket",
};

/** A connection that is open. */
export interface Line {
  /** Reads to the end; `count` is told how many messages came with each read. */
  run(count: (messages: number) => void): Promise<void>;
}

/**
 * Told of each message of a WebSocket as it begins.
 *
 * @param start what came of it with the same read, mostly all
 * @param length how long it is
 * @returns bytes to send, or null
 */
export type OnFrame = (start: Uint8Array, length: number) => Uint8Array | null;

/** Bytes that are read at once, and the most that a server's first answer may take. */
const READ_BYTES = 8 * 1024;
const MARK_BYTE = MARK.charCodeAt(0);
const HEAD_END = "\r\n\r\n";

function handshake(port: number, protocol: Protocol): Uint8Array<ArrayBuffer> {
  const lines = [`GET ${TARGETS[protocol]} HTTP/1.1`, `Host: 127.0.0.1:${port}`];
  if (protocol !== "sse") {
    lines.push("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13");
    lines.push("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  }
  return new TextEncoder().encode(lines.join("\r\n") + HEAD_END);
}

/**
 * Connects and waits for the server's consent.
 *
 * @param onFrame told of the messages of a WebSocket
 * @throws where the server refuses
 */
export async function openLine(
  port: number,
  protocol: Protocol,
  onFrame?: OnFrame,
): Promise<Line> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay();
  await connection.write(handshake(port, protocol));
  const buffer = new Uint8Array(READ_BYTES);
  let length = 0;
  let end = -1;
  while (end < 0) {
    const read = await connection.read(buffer.subarray(length));
    if (read === null) throw new Error("The server closed the connection");
    length += read;
    end = new TextDecoder().decode(buffer.subarray(0, length)).indexOf(HEAD_END);
  }
  const head = new TextDecoder().decode(buffer.subarray(0, end));
  if (!/^HTTP\/1\.1 (101|200) /.test(head)) throw new Error(`Refused: ${head.split("\r\n")[0]}`);
  const counter = protocol === "sse"
    ? new MarkCounter()
    : new FrameCounter(connection, protocol === "socketio", onFrame);
  counter.take(buffer.subarray(end + HEAD_END.length, length));
  return {
    run: async (count) => {
      for (;;) {
        const read = await connection.read(buffer);
        if (read === null) return;
        const messages = counter.take(buffer.subarray(0, read));
        if (messages > 0) count(messages);
      }
    },
  };
}

/** Counts the mark that closes each message. */
class MarkCounter {
  take(bytes: Uint8Array): number {
    let marks = 0;
    for (let at = bytes.indexOf(MARK_BYTE); at >= 0; at = bytes.indexOf(MARK_BYTE, at + 1)) marks++;
    return marks;
  }
}

/** Frames are longer than this, and what is said beside them is shorter. */
const SHORT = 126;
const PING = 9;
const TEXT = 1;
/** Masked with nothing. */
const PONG = new Uint8Array([0x8a, 0x80, 0, 0, 0, 0]);

/** A client's frame with a text of less than 126 bytes, masked with nothing. */
export function shortText(text: string): Uint8Array {
  return new Uint8Array([0x81, 0x80 | text.length, 0, 0, 0, 0, ...new TextEncoder().encode(text)]);
}

const ENTER = shortText("40");
const ALIVE = shortText("3");

/** Follows WebSocket frames as a server sends them: unmasked, whole, below 64 KiB. Answers pings. */
class FrameCounter {
  readonly #connection: Deno.TcpConn;
  readonly #socketIo: boolean;
  readonly #onFrame: OnFrame | undefined;
  /** Bytes of the frame that are still to come. */
  #left = 0;
  #counts = false;
  /** Of a header that is not whole yet. */
  readonly #header: number[] = [];

  constructor(connection: Deno.TcpConn, socketIo: boolean, onFrame: OnFrame | undefined) {
    this.#connection = connection;
    this.#socketIo = socketIo;
    this.#onFrame = onFrame;
    if (socketIo) this.#say(ENTER);
  }

  take(bytes: Uint8Array): number {
    let messages = 0;
    for (let at = 0; at < bytes.length;) {
      if (this.#left === 0) {
        if (!this.#begins(bytes[at++]!)) continue;
        if (this.#counts) this.#tell(bytes.subarray(at, at + this.#left));
      }
      const taken = Math.min(this.#left, bytes.length - at);
      at += taken;
      this.#left -= taken;
      if (this.#left === 0 && this.#counts) messages++;
    }
    return messages;
  }

  /** True where this byte was the last of a header, and a body follows. */
  #begins(byte: number): boolean {
    const header = this.#header;
    header.push(byte);
    const [kind = 0, length = 0, high = 0, low = 0] = header;
    if (header.length < (length < SHORT ? 2 : 4)) return false;
    header.length = 0;
    this.#counts = length === SHORT;
    this.#left = this.#counts ? high * 256 + low : length;
    const opcode = kind & 0x0f;
    if (opcode === PING) this.#say(PONG);
    if (this.#socketIo && opcode === TEXT && length === 1) this.#say(ALIVE);
    return this.#left > 0;
  }

  #tell(start: Uint8Array): void {
    const answer = this.#onFrame?.(start, this.#left) ?? null;
    if (answer !== null) this.#say(answer);
  }

  #say(bytes: Uint8Array): void {
    this.#connection.write(bytes).catch(() => {});
  }
}
