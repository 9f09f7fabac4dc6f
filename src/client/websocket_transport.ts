/** The WebSocket of `pnl.v1`: `/ws`. */
import { Acknowledger } from "./acknowledger.ts";
import { readServerMessage } from "./server_message.ts";
import {
  type Ending,
  type Line,
  MAX_FRAME_LENGTH,
  type Receiver,
  type Transport,
  unreadable,
} from "./transport.ts";

/** The constructor of WebSockets; one of another maker may add headers or an agent. */
export type WebSocketConstructor = new (
  url: string | URL,
  protocols?: string | string[],
) => WebSocket;

/** Close codes after which the same transport is not tried again. */
const REFUSALS = new Set([4400, 4401, 4403]);
/** Close codes that say that the server is there and wants the client later. */
const LATER = new Set([1011, 4408, 4429]);
const PING = '{"type":"ping"}';
const SUBSCRIBE = '{"type":"subscribe","channels":["pnl"]}';

/** What browsers say of a connection that broke; some runtimes say 0. */
const ABNORMAL = 1006;

/** What a close means. A hint at the end of the reason (`retryMs=<n>`) is the server's word that it is there. */
function endingOf(code: number, reason: string, said: string): Ending {
  const hint = /(?:^| )retryMs=(\d{1,9})$/.exec(reason)?.[1];
  const retryMs = hint === undefined ? null : Number(hint);
  const kind = REFUSALS.has(code)
    ? "refused"
    : LATER.has(code) || retryMs !== null
    ? "sent_away"
    : "lost";
  const message = said || `The WebSocket closed with ${code}${reason === "" ? "" : ` ${reason}`}`;
  return { kind, code: `closed_${code}`, message, retryMs };
}

class WebSocketLine implements Line {
  readonly #socket: WebSocket;
  readonly #receiver: Receiver;
  readonly #acks: Acknowledger;
  /** What the server complained about before it closed. */
  #said = "";
  #over = false;

  constructor(socket: WebSocket, subscribe: boolean, receiver: Receiver, monotonic: () => number) {
    this.#socket = socket;
    this.#receiver = receiver;
    this.#acks = new Acknowledger(
      (pos) => this.#send(JSON.stringify({ type: "ack", pos })),
      monotonic,
    );
    socket.onopen = () => {
      if (subscribe) this.#send(SUBSCRIBE);
    };
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code, reason }) => {
      this.#end(endingOf(code || ABNORMAL, reason, this.#said));
    };
    // An error is followed by a close, which tells more.
    socket.onerror = () => {};
  }

  close(): void {
    this.#over = true;
    this.#acks.stop();
    this.#socket.close();
  }

  poke(): void {
    this.#send(PING);
  }

  #take(data: unknown): void {
    if (this.#over) return;
    if (typeof data === "string" && data.length > MAX_FRAME_LENGTH) {
      return this.#end(unreadable("frame_too_large", `A frame has ${data.length} characters`));
    }
    const message = typeof data === "string" ? readServerMessage(data) : null;
    if (message === null) return this.#end(unreadable("bad_frame", "A frame is not of pnl.v1"));
    switch (message.type) {
      case "hello":
        return this.#receiver.heard(message.intervalMs);
      case "snapshot":
        this.#acks.arrived(message.data.served.pos);
        return this.#receiver.snapshot(message.data);
      case "reset":
        return this.#receiver.reset(message.reason);
      case "error":
        this.#said = `${message.code}: ${message.message}`;
    }
    this.#receiver.heard();
  }

  #end(ending: Ending): void {
    if (this.#over) return;
    this.close();
    this.#receiver.ended(ending);
  }

  #send(text: string): void {
    if (this.#socket.readyState === 1) this.#socket.send(text);
  }
}

/** Gives a ticket for one connection, such as the answer of `POST /api/tickets` holds. */
export type TicketSource = () => Promise<string>;

/** A line whose socket is opened when there is a ticket for it. */
class TicketLine implements Line {
  #line: Line | null = null;
  #over = false;

  constructor(source: TicketSource, open: (ticket: string) => Line, receiver: Receiver) {
    const begin = (ticket: string) => {
      if (!this.#over) this.#line = open(ticket);
    };
    Promise.resolve().then(source).then(begin).catch((error: unknown) => {
      if (this.#over) return;
      this.#over = true;
      const why = error instanceof Error ? error.message : String(error);
      const message = `There is no ticket: ${why}`;
      receiver.ended({ kind: "lost", code: "no_ticket", message, retryMs: null });
    });
  }

  close(): void {
    this.#over = true;
    this.#line?.close();
  }

  poke(): void {
    this.#line?.poke();
  }
}

/** Follows over a WebSocket. */
export class WebSocketTransport implements Transport {
  readonly name = "websocket";
  readonly whole = true;
  readonly #url: URL;
  readonly #WebSocket: WebSocketConstructor;
  readonly #monotonic: () => number;
  readonly #ticket: TicketSource | null;

  /**
   * @param base the server's URL, with a slash at its end
   * @param constructor of the platform, or another
   * @param monotonic a clock that only goes forward, in milliseconds
   * @param ticket asked before each connection; null where none is needed
   */
  constructor(
    base: URL,
    constructor: WebSocketConstructor,
    monotonic: () => number,
    ticket: TicketSource | null = null,
  ) {
    this.#url = new URL("ws", base);
    this.#url.protocol = base.protocol === "https:" ? "wss:" : "ws:";
    this.#WebSocket = constructor;
    this.#monotonic = monotonic;
    this.#ticket = ticket;
  }

  /**
   * Opens a socket. A position goes into the URL: sent as a frame it could come later than the server
   * waits for it, from far away, and would then be answered with finals that are older than what came.
   */
  open(since: string | null, receiver: Receiver): Line {
    if (this.#ticket === null) return this.#open(since, receiver, null);
    return new TicketLine(
      this.#ticket,
      (ticket) => this.#open(since, receiver, ticket),
      receiver,
    );
  }

  #open(since: string | null, receiver: Receiver, ticket: string | null): Line {
    const url = new URL(this.#url);
    if (since !== null) url.searchParams.set("since", since);
    if (ticket !== null) url.searchParams.set("ticket", ticket);
    const socket = new this.#WebSocket(url.href, ["pnl.v1"]);
    return new WebSocketLine(socket, since === null, receiver, this.#monotonic);
  }
}
