/** Closing a WebSocket so that its peer learns why. */

/** How long a peer that is refused is still read. */
const LINGER_MS = 100;

/**
 * Closes after a moment in which the peer is still read: the runtime drops a connection, and the code
 * with it, when a frame arrives after it was told to close.
 */
export function closeSoon(socket: WebSocket, code: number, reason: string): void {
  const timer = setTimeout(() => {
    if (socket.readyState === WebSocket.OPEN) socket.close(code, reason);
  }, LINGER_MS);
  socket.addEventListener("close", () => clearTimeout(timer));
}
