/** The listener: serves the app, and stops within a deadline whatever its peers do. */
import { getLogger } from "@logtape/logtape";
import type { Hono } from "hono";
import { cutOff, isCutOff } from "./cut_off.ts";
import { HostGuard, misdirectedApp } from "./host_guard.ts";
import { isLoopback } from "../sources/loopback.ts";
import type { Operations } from "./operations.ts";
import type { Hub } from "../stream/hub.ts";

const log = getLogger(["pnl", "http"]);

/** Time for peers of the streams to be told in turn, and to say goodbye, in milliseconds. */
const DRAIN_MS = 1_000;
/** Time for open requests and streams to end, in milliseconds; the rest of 5 s is for the others. */
const STOP_MS = 2_000;

/** What is to be served where. */
export interface ServerOptions {
  readonly app: Hono;
  readonly hub: Hub;
  /** Measures the requests, and watches as long as the server runs. */
  readonly operations: Operations;
  readonly host: string;
  /** Origins whose hosts are accepted beside the loopback's, where only this machine reaches the server. */
  readonly allowedOrigins?: readonly string[];
  /** Where people reach the server through a proxy, whose host is accepted as well. */
  readonly publicUrl?: string | null;
  /** 0: any free port. */
  readonly port: number;
  /** How long {@link Server.stop} waits for peers; default 2,000 ms, after a second for the streams. */
  readonly stopMs?: number;
}

/** A server that listens. */
export interface Server {
  readonly port: number;
  /**
   * Stops accepting, ends the streams and waits for open requests, but not beyond the deadline.
   *
   * @returns false where a peer that does not read was left behind: end the process then
   */
  stop(): Promise<boolean>;
}

/** The address cannot be listened on. */
export class ListenError extends Error {
  readonly code: "port_in_use" | "cannot_listen";
  constructor(readonly host: string, readonly port: number, cause: unknown) {
    const inUse = cause instanceof Deno.errors.AddrInUse;
    super(
      inUse
        ? `Cannot listen on ${host}:${port}: the port is in use`
        : `Cannot listen on ${host}:${port}: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
    this.name = "ListenError";
    this.code = inUse ? "port_in_use" : "cannot_listen";
  }
}

/**
 * Listens, starts the hub, and serves.
 *
 * @throws {ListenError} where the address is taken or not allowed
 */
export function startServer(options: ServerOptions): Server {
  const { hub, host, operations } = options;
  const server = listen(options);
  hub.start();
  const endWatching = operations.start();
  log.info("Listening on {host}:{port}", {
    host,
    port: server.addr.port,
  });
  let stopping: Promise<boolean> | null = null;
  const stop = async () => {
    endWatching();
    // The streams end first: the runtime would close the sockets without the time to come back after.
    await hub.drain(DRAIN_MS);
    const ended = server.shutdown().then(() => true);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), options.stopMs ?? STOP_MS);
    });
    const clean = await Promise.race([ended, deadline]);
    clearTimeout(timer);
    if (!clean) {
      log.warn("Left peers behind that do not read, after {ms} ms", {
        ms: options.stopMs ?? STOP_MS,
        connections: hub.stats().connections,
      });
    }
    return clean;
  };
  return { port: server.addr.port, stop: () => stopping ??= stop() };
}

/**
 * Answers `HEAD`. Where the length of GET's body is not known nothing is said about it: without a body
 * the runtime would say that it is 0.
 */
async function answerHead(
  app: Hono,
  request: Request,
  info: Deno.ServeHandlerInfo,
): Promise<Response> {
  const response = await app.fetch(request, info);
  const { headers, status } = response;
  if (headers.has("content-length") || status === 304 || status === 204) return response;
  return new Response(new ReadableStream({ start: (body) => body.close() }), response);
}

/** Answers, and ends the connection where the request's body is not wanted any more. */
function answerWhole(
  app: Hono,
  request: Request,
  info: Deno.ServeHandlerInfo,
): Response | Promise<Response> {
  const cut = (response: Response) =>
    isCutOff(request, response) ? cutOff(request, response) : response;
  const answered = app.fetch(request, info);
  return answered instanceof Promise ? answered.then(cut) : cut(answered);
}

function listen(options: ServerOptions): Deno.HttpServer<Deno.NetAddr> {
  const { host, port, operations, allowedOrigins = [], publicUrl = null } = options;
  let guard: HostGuard | null = null;
  const misdirected = misdirectedApp();
  const answer = (request: Request, info: Deno.ServeHandlerInfo) => {
    const app = guard === null || guard.accepts(request) ? options.app : misdirected;
    return operations.requests.measure(
      request,
      () =>
        request.method === "HEAD"
          ? answerHead(app, request, info)
          : answerWhole(app, request, info),
    );
  };
  try {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, answer);
    // A name may stand for the loopback. A server that others reach has whatever name they give it.
    if (isLoopback(host) || isLoopback(server.addr.hostname)) {
      guard = new HostGuard(
        host,
        publicUrl === null ? allowedOrigins : [...allowedOrigins, publicUrl],
      );
    }
    return server;
  } catch (error) {
    throw new ListenError(host, port, error);
  }
}
