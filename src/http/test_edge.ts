/** A writer's part in Redis, and an edge that serves what is there, on real parts for tests. */
import { openAccess } from "../access/test_open_access.ts";
import type { Clock } from "../pnl/clock.ts";
import { emptyFrameOf } from "../projection/default_answer.ts";
import { EdgeProjection } from "../projection/edge_projection.ts";
import { openEdgeReadPath } from "../projection/open_edge_read_path.ts";
import { RedisConnection } from "../redis/connection.ts";
import { RedisModels } from "../redis/models.ts";
import { writerIdentity } from "../redis/test_writer.ts";
import { RedisWriter } from "../redis/redis_writer.ts";
import { Hub } from "../stream/hub.ts";
import { createApp } from "./app.ts";
import type { AppDeps } from "./deps.ts";
import { rateLimits } from "./rate_limit.ts";
import { edgeRedisHealth } from "./redis_health.ts";
import { serveWith } from "./serve.ts";
import { Operations } from "./operations.ts";
import { startServer } from "./server.ts";
import { TestClock, type TestServer, WINDOW_MS } from "./test_server.ts";
import { TrustedProxies } from "./trusted_proxies.ts";

/** Time between two heartbeats, milliseconds. */
const HEARTBEAT_MS = 200;

/** What an edge waits for a peer that does not read, milliseconds. */
const STOP_MS = 500;

/** Runs on from where another stands: two heartbeats of one time would be one. */
function runningFrom(standing: Clock): Clock {
  const startedAt = performance.now();
  return {
    now: () => standing.now() + Math.floor(performance.now() - startedAt),
    monotonic: () => performance.now(),
  };
}

/** Publishes what a test server has, until the stack is disposed of. */
export async function publish(
  server: TestServer,
  url: string,
  mode: "live" | "sandbox" = "live",
): Promise<AsyncDisposableStack> {
  const stack = new AsyncDisposableStack();
  const redis = new RedisConnection({ url });
  stack.defer(() => redis.close());
  const { log, projector, deps } = server;
  const writer = new RedisWriter({
    redis,
    log,
    identity: writerIdentity({ logId: log.id, address: () => server.origin }),
    source: projector,
    heartbeat: () => ({
      windowMs: WINDOW_MS,
      mode,
      version: deps.version,
      address: server.origin,
      confirmedAgeMs: projector.confirmedAgeMs,
      sources: deps.statuses(),
    }),
    intervalMs: HEARTBEAT_MS,
    clock: runningFrom(server.clock),
  });
  await writer.claim();
  writer.start();
  stack.defer(() => writer.stop());
  return stack;
}

/** An edge that runs. */
export interface TestEdge extends AsyncDisposable {
  readonly origin: string;
  readonly edge: EdgeProjection;
  readonly hub: Hub;
  /** `fetch` of a path of this edge. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts an edge on a free port of 127.0.0.1. */
export function startTestEdge(url: string, dashboard: AppDeps["dashboard"] = null): TestEdge {
  const clock = runningFrom(new TestClock());
  const redis = new RedisConnection({ url });
  const edge = new EdgeProjection({ redis, clock, windowMs: WINDOW_MS, intervalMs: HEARTBEAT_MS });
  const { readPath, redis: tier, stop } = openEdgeReadPath({
    edge,
    models: new RedisModels(redis),
    clock,
  });
  const served = {
    clock,
    statuses: () => edge.statuses(),
    confirmedAgeMs: () => edge.confirmedAgeMs,
    intervalMs: () => edge.intervalMs,
  };
  const serve = serveWith(served);
  const empty = emptyFrameOf(edge);
  const hub = new Hub({ projection: edge, serve, empty, intervalMs: HEARTBEAT_MS });
  const endRestarts = edge.onRestart(() => hub.sendAway());
  const operations = new Operations({
    ...served,
    log: null,
    projection: edge,
    hub,
    polls: () => [],
  });
  const app = createApp({
    operations,
    role: "edge",
    log: null,
    projection: edge,
    explainer: null,
    readPath,
    hub,
    serve,
    ...served,
    version: "0.0.0-test",
    mode: () => edge.writer?.mode ?? null,
    writerAddress: () => edge.writer?.address ?? null,
    redis: () => edgeRedisHealth(edge, redis, tier),
    access: openAccess(clock),
    publicUrl: null,
    allowedOrigins: [],
    dashboard,
    trustedProxies: new TrustedProxies([]),
    ...{ alerts: null, rateLimits: rateLimits({ perAddress: 0, perKey: 0 }, clock) },
  });
  const server = startServer({ app, hub, operations, host: "127.0.0.1", port: 0, stopMs: STOP_MS });
  const running = new AbortController();
  const run = edge.run(running.signal);
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    origin,
    edge,
    hub,
    get: (path, init) => fetch(origin + path, init),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      stop();
      endRestarts();
      running.abort();
      await run;
      await redis.close();
    },
  };
}
