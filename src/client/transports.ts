/** Makes the transports that a client is to use. */
import type { Clock } from "../pnl/clock.ts";
import type { Fetch, HeaderSource } from "./http_answer.ts";
import { PollingTransport } from "./polling_transport.ts";
import { SseTransport } from "./sse_transport.ts";
import type { Transport, TransportName } from "./transport.ts";
import {
  type TicketSource,
  type WebSocketConstructor,
  WebSocketTransport,
} from "./websocket_transport.ts";

/** What transports are made of. */
export interface TransportChoice {
  readonly transports?: readonly TransportName[];
  readonly headers?: HeaderSource;
  readonly fetch?: Fetch;
  readonly WebSocket?: WebSocketConstructor;
  readonly ticket?: TicketSource;
}

const ALL: readonly TransportName[] = ["websocket", "sse", "polling"];

/**
 * The server's URL with a slash at its end, without query and fragment. A relative one is resolved as
 * the page's links are.
 *
 * @throws {TypeError} where it is no URL of http or https
 */
export function baseOf(url: string | URL): URL {
  const page: unknown = "location" in globalThis ? globalThis.location?.href : undefined;
  const base = new URL(url, typeof page === "string" ? page : undefined);
  if (!/^https?:$/.test(base.protocol)) {
    throw new TypeError(`Cannot connect to ${base.href}: it is no URL of http or https`);
  }
  base.search = "";
  base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

/** The chosen transports, best first; without WebSockets where the platform has none. */
export function makeTransports(base: URL, choice: TransportChoice, clock: Clock): Transport[] {
  const { fetch = (input, init) => globalThis.fetch(input, init) } = choice;
  const http = { base, fetch, headers: choice.headers ?? (() => ({})), clock };
  const Socket = choice.WebSocket ?? globalThis.WebSocket;
  return (choice.transports ?? ALL).flatMap((name): Transport[] => {
    if (name === "sse") return [new SseTransport(http)];
    if (name === "polling") return [new PollingTransport(http)];
    return typeof Socket === "function"
      ? [new WebSocketTransport(base, Socket, () => clock.monotonic(), choice.ticket)]
      : [];
  });
}
