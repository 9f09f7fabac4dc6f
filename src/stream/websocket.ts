/** Upgrading requests to WebSockets that follow the hub. */
import { closeSoon } from "./close_soon.ts";
import type { Feeds } from "./feeds.ts";
import type { Holder } from "./holder.ts";
import type { Hub } from "./hub.ts";
import { type OpeningLimit, REFUSALS } from "./limits.ts";
import { CLOSE, closeReason, PROTOCOL, type SubscribeFrame } from "./protocol.ts";
import { WebSocketSubscriber } from "./websocket_subscriber.ts";

/** Sockets that may be open at once only to be told that there is no room. */
const MAX_TURNED_AWAY = 100;

/** Sockets that are open only to be told that there is no room. */
let turnedAway = 0;

function turnAway(socket: WebSocket, limit: OpeningLimit, retryMs: number): void {
  turnedAway += 1;
  const reason = closeReason(CLOSE.limit, REFUSALS[limit].code, retryMs);
  socket.onopen = () => closeSoon(socket, CLOSE.limit, reason);
  // The runtime may close a socket twice.
  socket.addEventListener("close", () => turnedAway -= 1, { once: true });
}

/** True where a socket is opened only to say why not: a page learns no status, only a close code. */
function isTold(limit: OpeningLimit): boolean {
  const lasting = limit === "connections" || limit === "address" || limit === "key";
  return lasting && turnedAway < MAX_TURNED_AWAY;
}

/** Who opens a stream, and from where it goes on. */
export interface OpenOptions {
  /** What it follows from the beginning; null: it will say, or follows the snapshots. */
  readonly first: SubscribeFrame | null;
  /** For whom it is open. */
  readonly holder: Holder;
  /** What it may follow beside the snapshots. */
  readonly feeds: Feeds;
}

/**
 * Upgrades a request to a WebSocket that follows the hub. The request's handshake and origin must
 * have been checked. Where the hub, the address or the key is full, the socket is closed with 4429 as soon as it
 * is open.
 *
 * @returns the 101 response, whose headers cannot be changed; or the limit, where no socket is opened
 */
export function openWebSocket(
  hub: Hub,
  request: Request,
  { first, holder, feeds }: OpenOptions,
): Response | OpeningLimit {
  const limit = hub.refusal(holder);
  if (limit !== null && !isTold(limit)) return limit;
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  const chosen = offered.split(",").some((name) => name.trim() === PROTOCOL);
  const { socket, response } = Deno.upgradeWebSocket(request, {
    idleTimeout: hub.idleSeconds,
    ...(chosen ? { protocol: PROTOCOL } : {}),
  });
  if (limit !== null) {
    turnAway(socket, limit, hub.retryMs());
    return response;
  }
  const subscriber = new WebSocketSubscriber(hub, socket, first, feeds);
  hub.add(subscriber, holder);
  socket.onopen = () => subscriber.opened();
  socket.onmessage = (event) => subscriber.received(event.data);
  socket.onclose = () => subscriber.closed();
  socket.onerror = () => subscriber.closed();
  return response;
}
