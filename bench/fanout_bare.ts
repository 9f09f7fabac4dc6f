/**
 * The least that a server of streams can do in this runtime: every WebSocket of `Deno.upgradeWebSocket` in
 * one loop, and every event stream a `ReadableStream` that is given each message with `enqueue`.
 */
import { FRAME_BYTES, MARK, obey } from "./fanout_commands.ts";

const SSE_START = "event: snapshot\ndata: ";
const SSE_END = "\n\n";

const sockets = new Set<WebSocket>();
const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

function answer(request: Request): Response {
  if (request.headers.get("upgrade") === "websocket") {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => sockets.add(socket);
    socket.onclose = () => sockets.delete(socket);
    return response;
  }
  let mine: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      mine = controller;
      streams.add(controller);
    },
    cancel: () => void streams.delete(mine),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

const encoder = new TextEncoder();
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  answer,
);
await obey((serial) => {
  const text = `${String(serial).padEnd(FRAME_BYTES - MARK.length, "x")}${MARK}`;
  if (sockets.size > 0) {
    for (const socket of sockets) if (socket.readyState === WebSocket.OPEN) socket.send(text);
  }
  if (streams.size > 0) {
    const data = text.slice(SSE_START.length + SSE_END.length);
    const bytes = encoder.encode(SSE_START + data + SSE_END);
    for (const stream of streams) stream.enqueue(bytes);
  }
});
