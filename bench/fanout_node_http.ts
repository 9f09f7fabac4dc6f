/**
 * Event streams without the runtime's own server: `node:http`, which writes each message to each connection.
 * So little memory can a connection take here, for an event stream.
 */
import { createServer, type ServerResponse } from "node:http";
import { FRAME_BYTES, MARK, obey } from "./fanout_commands.ts";

const START = "event: snapshot\ndata: ";
const END = "\n\n";

const streams = new Set<ServerResponse>();
const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  streams.add(response);
  response.on("close", () => streams.delete(response));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(address.port);
});
const encoder = new TextEncoder();
await obey((serial) => {
  const filling = FRAME_BYTES - START.length - MARK.length - END.length;
  const bytes = encoder.encode(START + String(serial).padEnd(filling, "x") + MARK + END);
  for (const stream of streams) stream.write(bytes);
});
