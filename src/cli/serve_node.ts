/** Everything that reads and streams, on top of whatever has the snapshots: the writer's fold, or an edge. */
import { createApp } from "../http/app.ts";
import { readDashboard } from "../http/dashboard_files.ts";
import type { AppDeps } from "../http/deps.ts";
import { Operations, type OperationsOptions } from "../http/operations.ts";
import { rateLimits, type Share } from "../http/rate_limit.ts";
import { serveWith } from "../http/serve.ts";
import { type Server, startServer } from "../http/server.ts";
import { TrustedProxies } from "../http/trusted_proxies.ts";
import type { Clock } from "../pnl/clock.ts";
import { emptyFrameOf } from "../projection/default_answer.ts";
import { Hub } from "../stream/hub.ts";
import manifest from "../../deno.json" with { type: "json" };
import type { Config } from "./config.ts";
import { DASHBOARD_FOLDER } from "./grants.ts";

/** What is served, by the kind of node that it is. */
export type ServedNode =
  & Pick<OperationsOptions, "polls">
  & Omit<
    AppDeps,
    | "hub"
    | "operations"
    | "serve"
    | "clock"
    | "version"
    | "allowedOrigins"
    | "dashboard"
    | "publicUrl"
    | "trustedProxies"
    | "rateLimits"
  >
  & {
    /** Null where there are no other nodes to share limits with. */
    readonly share: Share | null;
  };

/**
 * Listens and serves.
 *
 * @throws {ListenError} where the address is taken
 */
export async function serveNode(
  config: Config,
  clock: Clock,
  node: ServedNode,
): Promise<{ readonly server: Server; readonly hub: Hub; readonly operations: Operations }> {
  const { projection, statuses, confirmedAgeMs, intervalMs } = node;
  const serve = serveWith({ clock, statuses, confirmedAgeMs, intervalMs });
  const hub = new Hub({
    projection,
    serve,
    empty: emptyFrameOf(projection),
    intervalMs: config.intervalMs,
  });
  const operations = new Operations({ ...node, clock, hub });
  const { host, port, allowedOrigins, publicUrl } = config;
  const { version } = manifest;
  const trustedProxies = new TrustedProxies(config.trustedProxies);
  const dashboard = await readDashboard(DASHBOARD_FOLDER);
  const common = {
    hub,
    operations,
    serve,
    clock,
    version,
    allowedOrigins,
    dashboard,
    publicUrl,
    trustedProxies,
    rateLimits: rateLimits(config.rates, clock, node.share),
  };
  const app = createApp({ ...node, ...common });
  const server = startServer({ app, hub, operations, host, port, allowedOrigins, publicUrl });
  return { server, hub, operations };
}

/** Where a node is reached, such as `http://127.0.0.1:3000`. */
export function addressOf({ host, publicUrl }: Config, port: number): string {
  return publicUrl ?? `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
