/**
 * Clients of every kind in a process of their own, for the run with all parts on. Arguments: how many of
 * each kind of stream, a key, then the addresses of the writer and of its edges. Says `open` when
 * all streams are; prints `Heard` as JSON whenever told so, and forgets it then.
 */
import { EventSource } from "eventsource";

/** What the clients heard since they were asked last. */
export interface Heard {
  /** How many snapshots were so many milliseconds old when they came; the last for all that were older. */
  readonly ages: readonly number[];
  /** Streams that ended. */
  readonly lost: number;
  /** Requests that were answered. */
  readonly answers: number;
  /** Those that were not, or not with 200, by status or error. */
  readonly refused: Readonly<Record<string, number>>;
}

const OLDEST_MS = 5_000;
const READERS = 4;
/** Between two requests of a reader. */
const PAUSE_MS = 500;
/** Streams opened at once. */
const AT_ONCE = 20;
/** What every node answers. */
const PATHS = ["/api/pnl/current", "/api/pnl/breakdown", "/api/cache/stats", "/health"];
/** What takes the log. */
const WRITER_PATHS = [
  ...["/api/pnl/history?resolution=1m&limit=50", "/api/pnl/explain?metric=netPnl"],
  "/api/events?limit=20",
];

let ages = new Uint32Array(OLDEST_MS + 1);
let lost = 0;
let answers = 0;
let refused: Record<string, number> = {};

/** Notes how long ago a snapshot was dressed for delivery. */
function note(snapshot: { readonly served: { readonly at: string } }): void {
  const age = Date.now() - Date.parse(snapshot.served.at);
  ages[Math.min(OLDEST_MS, Math.max(0, age))]!++;
}

function openWebSocket(url: string, key: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { authorization: `Bearer ${key}` };
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, {
    protocols: ["pnl.v1"],
    headers,
  });
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type !== "snapshot") return;
    note(message.data);
    socket.send(JSON.stringify({ type: "ack", pos: message.pos }));
    resolve();
  };
  socket.onerror = () => reject(new Error(`Cannot open a WebSocket of ${url}`));
  socket.onclose = () => lost++;
  return promise;
}

function openEventStream(url: string, key: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stream = new EventSource(`${url}/api/pnl/stream`, {
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } }),
  });
  stream.addEventListener("snapshot", ({ data }) => {
    note(JSON.parse(data));
    resolve();
  });
  stream.onerror = () => lost++;
  return promise;
}

/** Asks again and again, one path after the other. */
async function read(url: string, key: string, paths: readonly string[]): Promise<never> {
  for (let turn = 0;; turn++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const path = paths[turn % paths.length]!;
    const outcome = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
      .then(async (response) => {
        await response.arrayBuffer();
        return response.ok ? null : `${response.status} ${path}`;
      }, (error) => `${error.name} ${path}`);
    if (outcome === null) answers++;
    else refused[outcome] = (refused[outcome] ?? 0) + 1;
  }
}

if (import.meta.main) {
  const [count = "1", key = "", ...urls] = Deno.args;
  for (let i = 0; i < Number(count); i += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => {
      const url = urls[at % urls.length]!;
      return Promise.all([openWebSocket(url, key), openEventStream(url, key)]);
    }));
  }
  for (let i = 0; i < READERS; i++) {
    const node = i % urls.length;
    void read(urls[node]!, key, node === 0 ? [...PATHS, ...WRITER_PATHS] : PATHS);
  }
  console.log("open");
  for await (const _ of Deno.stdin.readable) {
    const heard: Heard = { ages: [...ages], lost, answers, refused };
    ages = new Uint32Array(OLDEST_MS + 1);
    lost = answers = 0;
    refused = {};
    console.log(JSON.stringify(heard));
  }
}
