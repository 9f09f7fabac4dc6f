/** What the routes need; the composition root gives it. */
import type { AlertsHealth } from "../alerts/alerts.ts";
import type { Access } from "../access/access.ts";
import type { EventLog } from "../log/event_log.ts";
import type { Explainer } from "../projection/explainer.ts";
import type { Projection } from "../projection/projection.ts";
import type { ReadPath } from "../projection/read_path.ts";
import type { Serve } from "../stream/broadcast.ts";
import type { Hub } from "../stream/hub.ts";
import type { DashboardFiles } from "./dashboard_files.ts";
import type { Operations } from "./operations.ts";
import type { RateLimits } from "./rate_limit.ts";
import type { RedisHealth } from "./redis_health.ts";
import type { ServeOptions } from "./serve.ts";
import type { TrustedProxies } from "./trusted_proxies.ts";

/** Dependencies of the app, beside what `served` is made of. */
export interface AppDeps extends ServeOptions {
  /** `edge`: a node without a log, which shows what the writer leaves in Redis. */
  readonly role: "all" | "edge";
  /** Null on an edge. */
  readonly log: EventLog | null;
  readonly projection: Projection;
  /** Null on an edge. */
  readonly explainer: Explainer | null;
  readonly readPath: Pick<ReadPath, "read" | "stats">;
  readonly hub: Hub;
  /** Adds `served` to what the read path answered. */
  readonly serve: Serve;
  readonly version: string;
  /** Of the writer; null on an edge that has not heard of it yet. */
  readonly mode: () => "live" | "sandbox" | null;
  /** Where the writer listens, such as `http://127.0.0.1:3000`; null where it is not known. */
  readonly writerAddress: () => string | null;
  /** Null where Redis is not configured. */
  readonly redis: (() => RedisHealth) | null;
  /** Null where no rules are configured, and on an edge. */
  readonly alerts: (() => AlertsHealth) | null;
  /** What is measured and watched beside. */
  readonly operations: Operations;
  /** How many requests who may send. */
  readonly rateLimits: RateLimits;
  /** Who may have what. */
  readonly access: Access;
  /** Where others reach this server, as `https://pnl.example`; null where nothing was said. */
  readonly publicUrl: string | null;
  /** Whose word is taken for where a client is. */
  readonly trustedProxies: TrustedProxies;
  /** Exact origins, beside the server's own, whose pages may read and connect. */
  readonly allowedOrigins: readonly string[];
  /** Null where it is not built. */
  readonly dashboard: DashboardFiles | null;
}
