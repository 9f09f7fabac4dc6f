/**
 * WebSocket clients that shake hands and then read nothing more. Arguments: the port, how many. Says `open`
 * when all are connected, and stays until it is ended.
 */
import { type Line, openLine } from "./fanout_line.ts";

const [port = 0, total = 0] = Deno.args.map(Number);
/** Held, so that none is closed. */
const lines: Line[] = [];
while (lines.length < total) lines.push(await openLine(port, "ws"));
console.log("open");
await Deno.stdin.readable.pipeTo(new WritableStream());
console.log(lines.length);
