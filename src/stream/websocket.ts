/** Upgrading requests to WebSockets that follow the hub. */
import { closeSoon } from "./close_soon.ts";
import type { Hub } from "./hub.ts";
import { CLOSE, PROTOCOL } from "./protocol.ts";
import { WebSocketSubscriber } from "./websocket_subscriber.ts";

/** Sockets that may be open at once only to be told that there is no room. */
const MAX_TURNED_AWAY = 100;

/** Sockets that are open only to be told that there is no room. */
let turnedAway = 0;

function turnAway(socket: WebSocket): void {
  turnedAway += 1;
  socket.onopen = () => closeSoon(socket, CLOSE.limit, "too_many_connections");
  // The runtime may close a socket twice.
  socket.addEventListener("close", () => turnedAway -= 1, { once: true });
}

/**
 * Upgrades a request to a WebSocket that follows the hub. The request's handshake and origin must
 * have been checked. Where the hub is full, the socket is closed with 4429 as soon as it is open.
 *
 * @param since the stream position to go on from, or null
 * @returns the 101 response, whose headers cannot be changed; null where there is no room even to say so
 */
export function openWebSocket(hub: Hub, request: Request, since: string | null): Response | null {
  const admitted = hub.admits();
  if (!admitted && turnedAway >= MAX_TURNED_AWAY) return null;
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  const chosen = offered.split(",").some((name) => name.trim() === PROTOCOL);
  const { socket, response } = Deno.upgradeWebSocket(request, {
    idleTimeout: hub.idleSeconds,
    ...(chosen ? { protocol: PROTOCOL } : {}),
  });
  if (!admitted) {
    turnAway(socket);
    return response;
  }
  const subscriber = new WebSocketSubscriber(hub, socket, since);
  hub.add(subscriber);
  socket.onopen = () => subscriber.opened();
  socket.onmessage = (event) => subscriber.received(event.data);
  socket.onclose = () => subscriber.closed();
  socket.onerror = () => subscriber.closed();
  return response;
}
