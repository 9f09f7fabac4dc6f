/**
 * A load generator in a process of its own: some connections that are kept alive, each of which asks
 * again once its answer is there. It reads of an answer what frames it and no more, so that it costs less
 * than the server that it asks. Prints {@link LoadFigures} as JSON.
 */
import process from "node:process";
import { framed } from "./http_answer.ts";

/** What a round measured. Times in milliseconds. */
export interface LoadFigures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** The share of one core that the generator itself took. */
  readonly busy: number;
}

const CONNECTIONS = 32;
const WARM_UP_MS = 500;
/** The most answers of which the time is kept. */
const SAMPLES = 1_000_000;

/** How many bytes the answer has that begins `bytes`; its head must be whole. */
function lengthOf(bytes: Uint8Array): number {
  const { status, length } = framed(bytes);
  if (status === 200 && length > 0) return length;
  const text = new TextDecoder().decode(bytes.subarray(0, 200));
  throw new Error(`An answer other than expected: ${JSON.stringify(text)}`);
}

/** The times of the answers while it measures. */
class Measurement {
  readonly #times = new Float32Array(SAMPLES);
  #count = 0;
  #measuring = false;

  add(ms: number): void {
    if (this.#measuring) this.#times[this.#count++ % SAMPLES] = ms;
  }

  async over(ms: number): Promise<LoadFigures> {
    const started = performance.now();
    const before = process.cpuUsage();
    this.#measuring = true;
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.#measuring = false;
    const tookMs = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    const times = this.#times.slice(0, Math.min(this.#count, SAMPLES)).sort();
    const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? NaN;
    return {
      perSecond: this.#count / (tookMs / 1000),
      p50: at(0.5),
      p99: at(0.99),
      busy: (user + system) / 1000 / tookMs,
    };
  }
}

async function ask(port: number, request: Uint8Array, measured: Measurement): Promise<never> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay();
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const asked = performance.now();
    await connection.write(request);
    let got = 0;
    for (let length = 1; got < length;) {
      const read = await connection.read(buffer.subarray(got));
      if (read === null) throw new Error("The server closed a connection");
      if (got === 0) length = lengthOf(buffer.subarray(0, read));
      got += read;
    }
    measured.add(performance.now() - asked);
  }
}

const [port, path, ms] = Deno.args;
const request = new TextEncoder().encode(
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: application/json\r\n\r\n`,
);
const measured = new Measurement();
for (let i = 0; i < CONNECTIONS; i++) void ask(Number(port), request, measured);
await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
console.log(JSON.stringify(await measured.over(Number(ms))));
Deno.exit(0);
