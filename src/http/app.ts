/** The app: all routes, and what is answered where none fits. */
import { Hono } from "hono";
import { LogTail } from "../stream/log_tail.ts";
import { SourceWatch } from "../stream/source_watch.ts";
import { bounded } from "./bounds.ts";
import { breakerRoutes } from "./breaker.ts";
import { cacheRoutes } from "./cache.ts";
import { allowOrigins } from "./cors.ts";
import { dashboardRoutes } from "./dashboard.ts";
import type { AppDeps } from "./deps.ts";
import { documentRoutes } from "./documents.ts";
import { eventStreamRoutes } from "./event_stream.ts";
import { eventRoutes } from "./events.ts";
import { explainRoutes } from "./explain.ts";
import { healthRoutes } from "./health.ts";
import { limited } from "./limited.ts";
import { metricRoutes } from "./metrics.ts";
import { pnlRoutes } from "./pnl.ts";
import { problemResponse } from "./problem.ts";
import { Routes } from "./routes.ts";
import { sessionRoutes } from "./session.ts";
import { streamRoutes } from "./streams.ts";
import { ticketRoutes } from "./tickets.ts";

/** Builds the app. It starts nothing; the hub is started and drained by whoever made it. */
export function createApp(deps: AppDeps): Hono {
  const app = new Hono();
  if (deps.allowedOrigins.length > 0) app.use(allowOrigins(deps.allowedOrigins, deps));
  const routes = new Routes(app, deps);
  const { log, statuses, clock, writerAddress } = deps;
  const feeds = {
    events: log === null ? null : new LogTail(log),
    mayReadEvents: true,
    sources: new SourceWatch(statuses, clock),
    writerAddress,
  };
  streamRoutes(routes, deps, feeds);
  sessionRoutes(routes, deps);
  ticketRoutes(routes, deps);
  pnlRoutes(routes, deps);
  explainRoutes(routes, deps);
  eventRoutes(routes, deps);
  eventStreamRoutes(routes, deps, feeds);
  healthRoutes(routes, deps);
  breakerRoutes(routes, deps);
  cacheRoutes(routes, deps);
  metricRoutes(routes, deps);
  dashboardRoutes(routes, deps.dashboard);
  documentRoutes(routes, deps);
  app.onError((error, c) => problemResponse(c, error));
  app.notFound(limited(null, bounded(false, (c) => problemResponse(c, routes.refusal(c))), deps));
  return app;
}
