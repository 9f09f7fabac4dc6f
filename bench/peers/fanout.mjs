// Servers that others would take for this: Socket.IO on Node, or the built-in publish of Bun. Run by
// fanout_bench.ts in a folder where npm has installed them. Argument: `socketio` or `bun`. Prints its port;
// publishes when told so by lines `<times> <pause in ms>`, and answers with the times, as JSON.
import { createInterface } from "node:readline";

const FRAME_BYTES = 600;

/** Starts the server; returns what publishes a text to all its clients. */
async function start(kind) {
  if (kind === "bun") {
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request, self) =>
        self.upgrade(request) ? undefined : new Response("", { status: 400 }),
      websocket: { open: (socket) => socket.subscribe("pnl"), message() {} },
    });
    console.log(server.port);
    return (text) => server.publish("pnl", text);
  }
  const { createServer } = await import("node:http");
  const { Server } = await import("socket.io");
  const http = createServer();
  const io = new Server(http, { transports: ["websocket"] });
  http.listen(0, "127.0.0.1", 4096, () => console.log(http.address().port));
  // `42["pnl",""]` stands around the text.
  return (text) => io.emit("pnl", text.slice(11));
}

const publish = await start(process.argv[2]);
let serial = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [times, pauseMs] = line.split(" ").map(Number);
  const begun = [];
  const from = performance.now();
  for (let i = 1; i <= times; i++) {
    begun.push(Date.now());
    publish(String(serial++).padEnd(FRAME_BYTES, "x"));
    const restMs = from + i * pauseMs - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, restMs)));
  }
  console.log(JSON.stringify(begun));
}
