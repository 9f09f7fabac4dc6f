/**
 * Serves a stand-in protocol on loopback and gives it its faults. `node:http` rather than `Deno.serve`,
 * for a fault must be able to reset the connection and to set the `Date` header.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "../pnl/clock.ts";
import type { Fault, Faults, ServerName } from "./faults.ts";
import { type Ask, json, type Protocol, type Reply } from "./reply.ts";

/** Options of {@link hostServer}. */
export interface HostOptions {
  readonly name: ServerName;
  readonly protocol: Protocol;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
}

/** A running stand-in server. */
export interface HostedServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** Requests answered or refused so far, without those to `/_sandbox`. */
  readonly requests: number;
  stop(): Promise<void>;
}

/** Path under which each of the servers takes faults. */
export const FAULTS_PATH = "/_sandbox/faults";

const SKEW_MS = 20 * 60_000;
const DELAY_MS = 3_000;
const DRIP_MS = 20;
const MAX_BODY = 10_000;

/** Starts serving; resolves when the port is open. */
export async function hostServer(options: HostOptions): Promise<HostedServer> {
  const stopping = new AbortController();
  let requests = 0;
  const server = createServer((request, response) => {
    request.on("error", () => response.destroy());
    const path = new URL(request.url ?? "/", "http://sandbox").pathname;
    if (path === FAULTS_PATH) return void obey(options.faults, request, response);
    requests += 1;
    serve(options, request, response, stopping.signal).catch(() => request.socket.destroy());
  });
  const port = await listen(server, options);
  return {
    origin: `http://${options.host}:${port}`,
    get requests() {
      return requests;
    },
    stop: () => {
      stopping.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, { host, port }: HostOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("No address"));
      resolve(address.port);
    });
  });
}

async function serve(
  { name, protocol, faults, clock }: HostOptions,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  request.resume();
  const url = new URL(request.url ?? "/", "http://sandbox");
  const fault = faults.active(name, url.pathname);
  if (fault?.mode === "down") return void request.socket.destroy();
  if (fault?.mode === "slow") await pause(fault.delayMs ?? DELAY_MS, signal);
  const skew = fault?.mode === "clock_skew" ? fault.skewMs ?? SKEW_MS : 0;
  const ask: Ask = {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    header: (header) => {
      const value = request.headers[header];
      return Array.isArray(value) ? value[0] : value;
    },
    now: clock.now(),
    skewMs: skew,
    lenient: fault?.mode === "clock_skew" && fault.lenient === true,
  };
  const reply = faulty(protocol, fault, () => protocol.answer(ask));
  const drip = fault?.mode === "slow" && fault.drip === true;
  await send(response, reply, clock.now() + skew, drip ? signal : null);
}

/** The answer as the fault makes it. */
function faulty(protocol: Protocol, fault: Fault | null, answer: () => Reply): Reply {
  switch (fault?.mode) {
    case "unauthorized":
    case "forbidden":
    case "rate_limited":
    case "server_error":
      return protocol.errors[fault.mode]();
    case "malformed": {
      const reply = answer();
      if (fault.shape === "envelope") return json(200, { unexpected: [] });
      if (fault.shape === "html") {
        return { status: 200, body: "<html><body>Please wait</body></html>", type: "text/html" };
      }
      return { ...reply, body: reply.body.slice(0, -Math.ceil(reply.body.length / 3)) };
    }
    case "bad_row":
      return rewrite(answer(), (value) => protocol.spoilRow(value));
    case "cursor_loop":
      return rewrite(answer(), (value) => ({ ...value, ...protocol.loop }));
    default:
      return answer();
  }
}

function rewrite(
  reply: Reply,
  change: (value: Record<string, unknown>) => Record<string, unknown>,
): Reply {
  if (reply.status !== 200) return reply;
  return { ...reply, body: JSON.stringify(change(JSON.parse(reply.body))) };
}

async function send(
  response: ServerResponse,
  reply: Reply,
  date: number,
  drip: AbortSignal | null,
): Promise<void> {
  const bytes = new TextEncoder().encode(reply.body);
  response.writeHead(reply.status, {
    "content-type": reply.type ?? "application/json",
    "content-length": bytes.length,
    "date": new Date(date).toUTCString(),
    ...reply.headers,
  });
  if (drip === null) return void response.end(bytes);
  for (const byte of bytes) {
    if (response.destroyed) return;
    response.write(Uint8Array.of(byte));
    await pause(DRIP_MS, drip);
  }
  response.end();
}

/** `POST /_sandbox/faults`. JSON only, so that no page of a browser can send it unasked. */
async function obey(faults: Faults, request: IncomingMessage, response: ServerResponse) {
  const reply = await orderOf(request).then((body): Reply => {
    if (request.method !== "POST") return json(405, { error: "Use POST" });
    if (request.headers["content-type"]?.startsWith("application/json") !== true) {
      return json(415, { error: "Use application/json" });
    }
    faults.obey(body);
    return { status: 204, body: "" };
  }).catch((error) => json(400, { error: error instanceof Error ? error.message : "Bad request" }));
  response.writeHead(reply.status, { "content-type": "application/json" });
  response.end(reply.body);
}

async function orderOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MAX_BODY) throw new RangeError("Cannot set the fault: the body is too long");
  }
  return body;
}

/** Waits; rejects when the server stops. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", ended);
      resolve();
    }, ms);
    if (signal.aborted) ended();
    else signal.addEventListener("abort", ended, { once: true });
  });
}
