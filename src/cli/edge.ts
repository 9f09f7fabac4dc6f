/** The composition root of an edge: no folder, lock, log or source, only Redis and who reads. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import { edgeRedisHealth } from "../http/redis_health.ts";
import { EdgeProjection } from "../projection/edge_projection.ts";
import { openEdgeReadPath } from "../projection/open_edge_read_path.ts";
import { RedisModels } from "../redis/models.ts";
import type { Application } from "./application.ts";
import { type Config, ConfigError } from "./config.ts";
import { openEdgeAccess, openSharing } from "./node_access.ts";
import { serveNode } from "./serve_node.ts";
import { connectRedis } from "./writer_redis.ts";

const logger = getLogger(["pnl", "edge"]);

/** The writer is looked at this often. */
const TELL_MS = 250;
/** The first snapshot is waited for so long before the edge listens. */
const FIRST_MS = 1_000;
/** What follows Redis is not waited for any longer than this when the server stops. */
const END_MS = 500;

/** Says whose snapshots are shown, as soon as that is known and whenever it changes. Returns what ends it. */
function tellWriter(edge: EdgeProjection): () => void {
  let told = "";
  const look = () => {
    const { address, mode } = edge.writer ?? { address: "", mode: null };
    if (mode === null || `${mode} ${address}` === told) return;
    told = `${mode} ${address}`;
    if (mode === "live") logger.info("Serving for the writer at {address}", { address });
    else logger.warn("SANDBOX: the writer at {address} has made-up data", { address });
  };
  const timer = setInterval(look, TELL_MS);
  return () => clearInterval(timer);
}

/** Waits for the first snapshot: whoever comes back to an edge that was restarted finds it as it was. */
async function untilShown(edge: EdgeProjection): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = edge.subscribe(() => resolve());
  const timer = setTimeout(resolve, FIRST_MS);
  if (edge.current() === null) await promise;
  clearTimeout(timer);
  unsubscribe();
}

/**
 * Starts an edge. It listens when it has the current snapshot, and where there is none to be had soon,
 * without one.
 *
 * @throws {ListenError} where the address is taken
 */
export async function startEdge(config: Config, clock: Clock): Promise<Application> {
  if (config.redis === null) throw new ConfigError(["REDIS_URL: is missing"]);
  await using stack = new AsyncDisposableStack();
  const redis = await connectRedis(config.redis, stack);
  const { intervalMs } = config;
  const edge = new EdgeProjection({ redis, clock, windowMs: intervalMs, intervalMs });
  const models = new RedisModels(redis);
  const { readPath, redis: tier, stop: endReading } = openEdgeReadPath({ edge, models, clock });
  stack.defer(endReading);
  const ending = new AbortController();
  const following = edge.run(ending.signal);
  stack.defer(async () => {
    ending.abort();
    await Promise.race([following, new Promise((resolve) => setTimeout(resolve, END_MS))]);
  });
  await untilShown(edge);
  const access = await openEdgeAccess(config, clock, redis, stack);
  const { server, hub } = await serveNode(config, clock, {
    role: "edge",
    access,
    log: null,
    projection: edge,
    explainer: null,
    readPath,
    statuses: () => edge.statuses(),
    polls: () => [],
    confirmedAgeMs: () => edge.confirmedAgeMs,
    intervalMs: () => edge.intervalMs,
    mode: () => edge.writer?.mode ?? null,
    writerAddress: () => edge.writer?.address ?? null,
    redis: () => edgeRedisHealth(edge, redis, tier),
    alerts: null,
    share: await openSharing(clock, redis, stack),
  });
  stack.defer(edge.onRestart(() => hub.sendAway()));
  stack.defer(tellWriter(edge));
  const running = stack.move();
  let stopping: Promise<boolean> | null = null;
  const stop = async () => {
    const clean = await server.stop();
    await running.disposeAsync();
    return clean;
  };
  return { port: server.port, stop: () => stopping ??= stop() };
}
