/** The server without its sources, in this process, on a log that the benchmark appends to. */
import { openAccess } from "../src/access/test_open_access.ts";
import { createApp } from "../src/http/app.ts";
import { serveWith } from "../src/http/serve.ts";
import { TrustedProxies } from "../src/http/trusted_proxies.ts";
import { Operations } from "../src/http/operations.ts";
import { rateLimits } from "../src/http/rate_limit.ts";
import { startServer } from "../src/http/server.ts";
import type { EventLog } from "../src/log/event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { emptyFrameOf } from "../src/projection/default_answer.ts";
import { openReadPath } from "../src/projection/open_read_path.ts";
import { Projector } from "../src/projection/projector.ts";
import { Hub } from "../src/stream/hub.ts";

/** A server that pushes. */
export interface PushServer {
  readonly port: number;
  readonly projector: Projector;
}

/**
 * Starts it; `stack` stops it.
 *
 * @param dataDir folder of the projection
 * @param windowMs length of a window, and time between two ticks
 */
export async function startPushServer(
  log: EventLog,
  dataDir: string,
  windowMs: number,
  stack: AsyncDisposableStack,
): Promise<PushServer> {
  const projector = await Projector.open({ log, dataDir, windowMs, clock });
  stack.defer(() => projector.close());
  void projector.run(new AbortController().signal);
  const { readPath, stop } = openReadPath({ projector, clock });
  stack.defer(stop);
  const statuses = () => [];
  const served = {
    clock,
    statuses,
    confirmedAgeMs: () => projector.confirmedAgeMs,
    intervalMs: () => windowMs,
  };
  const dress = serveWith(served);
  const empty = emptyFrameOf(projector);
  const hub = new Hub({ projection: projector, serve: dress, empty, intervalMs: windowMs });
  const operations = new Operations({
    ...served,
    log,
    projection: projector,
    hub,
    polls: () => [],
  });
  const app = createApp({
    operations,
    role: "all",
    log,
    projection: projector,
    explainer: null,
    readPath,
    hub,
    serve: dress,
    ...served,
    version: "bench",
    mode: () => "live",
    writerAddress: () => null,
    redis: null,
    alerts: null,
    rateLimits: rateLimits({ perAddress: 0, perKey: 0 }, clock),
    allowedOrigins: [],
    access: openAccess(clock),
    publicUrl: null,
    dashboard: null,
    trustedProxies: new TrustedProxies([]),
  });
  const server = startServer({ app, hub, operations, host: "127.0.0.1", port: 0 });
  stack.defer(async () => void await server.stop());
  return { port: server.port, projector };
}
