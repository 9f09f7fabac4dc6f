/** The end of a WebSocket: the code and the reason that its peer is told, and when. */
import type { Hub } from "./hub.ts";
import { closeSoon } from "./close_soon.ts";
import { MAX_BUFFERED_BYTES, type PacedSocket } from "./paced_socket.ts";
import { CLOSE, closeReason, errorFrame } from "./protocol.ts";

/** Closes a socket, but not while its peer does not read: that one is left to the runtime's ping. */
export class Parting {
  readonly #hub: Pick<Hub, "draining" | "idleSeconds" | "retryMs">;
  readonly #socket: WebSocket;
  readonly #line: PacedSocket;
  #last: { readonly code: number; readonly reason: string; readonly since: number } | null = null;

  constructor(
    hub: Pick<Hub, "draining" | "idleSeconds" | "retryMs">,
    socket: WebSocket,
    line: PacedSocket,
  ) {
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
    this.#last = { code, reason, since: performance.now() };
    if (!this.#isStalled || this.#hub.draining) this.close();
  }

  /** Closes after twice the idle time: whoever is still there has answered the pings, and only been silent. */
  watch(now: number): void {
    if (this.#last !== null && now - this.#last.since > 2_000 * this.#hub.idleSeconds) this.close();
  }

  /** Says why, and closes a moment later. */
  refuse(code: number, error: string, message: string): void {
    this.#line.say(errorFrame(error, message));
    closeSoon(this.#socket, code, closeReason(code, error, this.#hub.retryMs()));
  }

  /** Closes with 4401 after saying why; a socket that is not open or does not read, as {@link begin}. */
  expel(): void {
    const [code, error] = [CLOSE.unauthorized, "unauthorized"];
    if (this.#isStalled || !this.#line.isOpen) {
      return this.begin(code, closeReason(code, error, this.#hub.retryMs()));
    }
    this.refuse(code, error, "The key or the session counts no more");
  }

  /** Closes as was decided: the socket is open now, or its peer has been heard. */
  close(): void {
    if (this.#last === null || !this.#line.isOpen) return;
    this.#socket.close(this.#last.code, this.#last.reason);
  }
}
