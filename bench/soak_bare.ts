/**
 * The least that a server can do for the long run: a loop over every WebSocket of `Deno.upgradeWebSocket`,
 * with neither log nor fold. Argument: milliseconds between two snapshots. Prints its port; told a snapshot
 * as JSON on standard input, it begins to send it, each time with another position and time.
 */
const EPOCH = "0123456789abcdef";

const sockets = new Set<WebSocket>();
const { addr: { port } } = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => sockets.add(socket);
    socket.onclose = () => sockets.delete(socket);
    return response;
  },
);
console.log(port);

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
let text = "";
while (!text.endsWith("\n")) text += (await lines.read()).value;
const snapshot = JSON.parse(text);
console.log("begun");
const start = performance.now();
for (let count = 1;; count++) {
  const restMs = start + count * Number(Deno.args[0]) - performance.now();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, restMs)));
  snapshot.components.revenue.observedAt = new Date().toISOString();
  const pos = `${EPOCH}:${2 * count}`;
  const frame = `{"type":"snapshot","pos":"${pos}","data":${JSON.stringify(snapshot)}}`;
  for (const socket of sockets) if (socket.readyState === WebSocket.OPEN) socket.send(frame);
}
