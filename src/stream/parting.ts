/** The end of a WebSocket: the code and the reason that its peer is told, and when. */
import type { Hub } from "./hub.ts";
import { MAX_BUFFERED_BYTES, type PacedSocket } from "./paced_socket.ts";

/** Closes a socket, but not while its peer does not read: that one is left to the runtime's ping. */
export class Parting {
  readonly #hub: Pick<Hub, "draining">;
  readonly #socket: WebSocket;
  readonly #line: PacedSocket;
  #last: { readonly code: number; readonly reason: string } | null = null;

  constructor(hub: Pick<Hub, "draining">, socket: WebSocket, line: PacedSocket) {
    this.#hub = hub;
    this.#socket = socket;
    this.#line = line;
  }

  /** True once it has been decided. The socket may not be open yet, or its peer may not read. */
  get begun(): boolean {
    return this.#last !== null;
  }

  /** True where the peer does not read, so that a close would only end the runtime's pings. */
  get #isStalled(): boolean {
    return this.#line.flow.isLate(performance.now()) ||
      this.#line.bufferedBytes > MAX_BUFFERED_BYTES;
  }

  /** Closes now, or as soon as {@link close} is called. When the server stops nobody is waited for. */
  begin(code: number, reason: string): void {
    this.#last = { code, reason };
    if (!this.#isStalled || this.#hub.draining) this.close();
  }

  /** Closes as was decided: the socket is open now, or its peer has been heard. */
  close(): void {
    if (this.#last === null || !this.#line.isOpen) return;
    this.#socket.close(this.#last.code, this.#last.reason);
  }
}
