/**
 * Somebody who asks for the snapshot now and then, in a process of its own. Argument: the port. Told how
 * many milliseconds, it asks for so long, and prints {@link Asked} as JSON.
 */
import { exchange } from "./http_answer.ts";
import { quantile } from "./report.ts";

/** How long the answers took, milliseconds. */
export interface Asked {
  readonly p50: number;
  readonly p99: number;
  readonly asked: number;
}

const EVERY_MS = 5;
/** It stands for so many people, each of whom stays within what one address may ask. */
const ADDRESSES = 4;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const [port] = Deno.args;
const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
connection.setNoDelay();
const buffer = new Uint8Array(64 * 1024);
const requests = Array.from({ length: ADDRESSES }, (_, host) =>
  new TextEncoder().encode(
    `GET /api/pnl/current HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      `X-Forwarded-For: 198.51.100.${host + 1}\r\n\r\n`,
  ));

/** Asks at a steady pace; what is late is asked at once. */
async function ask(forMs: number): Promise<Asked> {
  const times: number[] = [];
  const from = performance.now();
  for (let n = 0; n * EVERY_MS < forMs; n++) {
    const waitMs = from + n * EVERY_MS - performance.now();
    if (waitMs > 0) await pause(waitMs);
    const asked = performance.now();
    const status = await exchange(connection, requests[n % ADDRESSES]!, buffer);
    if (status !== 200) throw new Error(`Who asks now and then was answered with ${status}`);
    times.push(performance.now() - asked);
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), asked: times.length };
}

console.log("connected");
let text = "";
for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  text += part;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
    const forMs = Number(text.slice(0, end));
    text = text.slice(end + 1);
    console.log(JSON.stringify(await ask(forMs)));
  }
}
