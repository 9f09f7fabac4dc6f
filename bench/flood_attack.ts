/**
 * One attack on a server of this machine, in a process of its own. Arguments: the port, and which. It says
 * a line once it is under way; told a line, it prints what it has counted so far, as JSON.
 */
import { exchange } from "./http_answer.ts";

/** What an attack counts: answers by status, connections that are open or were ended, and the like. */
export type Counted = Readonly<Record<string, number>>;

const PER_SECOND = 10_000;
/** Connections that send the requests. */
const SENDERS = 64;
const SLOW = 500;
const STREAMS = 200;
const MIB = 1024 * 1024;
/** Mebibytes: more would soon be more than this machine has. */
const BEHIND_PER_SECOND = 50;
const UTF8 = new TextEncoder();

const [port = "", kind = ""] = Deno.args;
const counted: Record<string, number> = {};
const count = (name: string, by = 1) => counted[name] = (counted[name] ?? 0) + by;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A head with what all of them have; all of them come from one address. */
function head(first: string, ...lines: string[]): string {
  const all = [first, `Host: 127.0.0.1:${port}`, "X-Forwarded-For: 203.0.113.7", ...lines];
  return `${all.join("\r\n")}\r\n`;
}

async function connect(text: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await connection.write(UTF8.encode(text));
  return connection;
}

/** Reads until the server ends the connection. */
async function untilEnded(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(MIB);
  while (await connection.read(buffer).catch(() => null) !== null);
}

/** Holds a connection, and counts it while it is open. */
function hold(connection: Deno.TcpConn): void {
  count("open");
  void untilEnded(connection).then(() => count("open", -1));
}

/** As many requests a second, however many are refused. */
async function requests(): Promise<void> {
  const request = UTF8.encode(`${head("GET /api/pnl/current HTTP/1.1")}\r\n`);
  const from = performance.now();
  let next = 0;
  const send = async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    connection.setNoDelay();
    const buffer = new Uint8Array(64 * 1024);
    for (;;) {
      const waitMs = from + next++ * 1000 / PER_SECOND - performance.now();
      if (waitMs > 0) await pause(waitMs);
      count(String(await exchange(connection, request, buffer)));
    }
  };
  for (let n = 0; n < SENDERS; n++) void send();
  await pause(0);
}

/** Bytes behind a request whose answer is still under way. */
async function behind(): Promise<void> {
  const connection = await connect(`${head("GET /api/pnl/stream HTTP/1.1")}\r\n`);
  hold(connection);
  void (async () => {
    for (let due = performance.now();; due += 1000 / BEHIND_PER_SECOND) {
      const waitMs = due - performance.now();
      if (waitMs > 0) await pause(waitMs);
      count("bytes", await connection.write(LETTERS));
    }
  })();
}

/** Heads that never end: a line a second. */
async function slowHeaders(): Promise<void> {
  for (let n = 0; n < SLOW; n++) {
    const slow = await connect(head("GET /api/pnl/current HTTP/1.1"));
    hold(slow);
    setInterval(() => void slow.write(UTF8.encode("X-A: b\r\n")).catch(() => {}), 1_000);
  }
}

async function streams(): Promise<void> {
  for (let n = 0; n < STREAMS; n++) {
    hold(await connect(`${head("GET /api/pnl/stream HTTP/1.1")}\r\n`));
  }
}

/** Sends a piece again and again until the server ends the connection, and begins anew. */
async function pour(first: string, piece: Uint8Array): Promise<void> {
  const connection = await connect(first);
  let ended = false;
  const reading = untilEnded(connection).then(() => ended = true);
  try {
    while (!ended) count("bytes", await connection.write(piece));
  } catch {
    // The server has ended it.
  }
  connection.close();
  await reading;
  count("ended");
}

/** A masked frame that says it has 64 MB. */
function frame(): Uint8Array {
  const start = new Uint8Array(14);
  start.set([0x81, 0xff]);
  new DataView(start.buffer).setBigUint64(2, 64n * 1024n * 1024n);
  return start;
}

const HANDSHAKE = [
  ...["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
  ...["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", ""],
];
const POST = ["POST /api/session HTTP/1.1", "Content-Type: application/json"] as const;
const LETTERS = UTF8.encode("a".repeat(MIB));

/** What a connection begins with, and what it sends then. */
const POURED: Readonly<Record<string, readonly [string, Uint8Array]>> = {
  "an endless body": [
    head(...POST, "Transfer-Encoding: chunked", ""),
    UTF8.encode(`10000\r\n${"a".repeat(0x10000)}\r\n`),
  ],
  "an endless body of HEAD": [
    head("HEAD /livez HTTP/1.1", "Transfer-Encoding: chunked", ""),
    UTF8.encode(`10000\r\n${"a".repeat(0x10000)}\r\n`),
  ],
  "a body of 300 MB": [head(...POST, "Content-Length: 314572800", ""), LETTERS],
  "a frame of 64 MB": [
    head("GET /ws HTTP/1.1", ...HANDSHAKE) + new TextDecoder("latin1").decode(frame()),
    LETTERS,
  ],
};

const STARTS: Readonly<Record<string, () => Promise<void>>> = {
  "10,000 requests a second": requests,
  "500 slow heads": slowHeaders,
  "200 streams": streams,
  "50 MiB a second behind a request": behind,
};

/** Begins the attack. */
async function begin(): Promise<void> {
  const start = STARTS[kind];
  if (start !== undefined) return await start();
  const [first, piece] = POURED[kind] ?? [];
  if (first === undefined || piece === undefined) throw new Error(`No attack ${kind}`);
  void (async () => {
    for (;;) await pour(first, piece);
  })();
}

await begin();
console.log("begun");
for await (const _ of Deno.stdin.readable) console.log(JSON.stringify(counted));
