/** `/metrics`: what is counted and measured here, for Prometheus. */
import { Exposition, EXPOSITION_TYPE, type Sample } from "../metrics/exposition.ts";
import { METRICS } from "./api/operation_doc.ts";
import type { AppDeps } from "./deps.ts";
import { judge } from "./judgement.ts";
import { alertMetrics } from "./metrics_alerts.ts";
import { LogMetrics } from "./metrics_log.ts";
import { redisMetrics } from "./metrics_redis.ts";
import { sourceMetrics } from "./metrics_sources.ts";
import { streamMetrics, tierMetrics } from "./metrics_streams.ts";
import { reply } from "./reply.ts";
import type { Routes } from "./routes.ts";

function processMetrics(out: Exposition, deps: AppDeps): void {
  const { operations, role, version } = deps;
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  const mode = deps.mode() ?? "unknown";
  out.gauge("pnl_build_info", "What runs.", [
    [{ version, role, mode, deno: Deno.version.deno }, 1],
  ]);
  out.gauge("pnl_start_time_seconds", "When the node started, since the Unix epoch.", [
    [{}, operations.startedAt / 1000],
  ]);
  out.gauge("pnl_uptime_seconds", "How long the node has run.", [
    [{}, operations.uptimeMs / 1000],
  ]);
  out.gauge("pnl_memory_bytes", "Memory of the process.", [
    [{ kind: "rss" }, rss],
    [{ kind: "heap_used" }, heapUsed],
    [{ kind: "heap_total" }, heapTotal],
    [{ kind: "external" }, external],
  ]);
  out.histogram(
    "pnl_event_loop_delay_seconds",
    "How late the event loop was, ten times a second.",
    [
      [{}, operations.loop.read()],
    ],
  );
}

function healthMetrics(out: Exposition, deps: AppDeps): void {
  const { status, reasons } = judge(deps);
  out.state("pnl_health_status", "As /health says.", ["ok", "degraded", "unavailable"], status);
  out.gauge(
    "pnl_health_reason",
    "Each reason why the status is not better.",
    reasons.map((reason): Sample => [{ reason }, 1]),
  );
  const { operations: { watch, polls } } = deps;
  const has = (wanted: string) => watch.stalls.some(({ reason }) => reason === wanted);
  out.gauge("pnl_stalled", "1 where the watchdog found that a part has stopped.", [
    ...polls().map(({ name }): Sample => [
      { part: "polling", source: name },
      has(`${name}_polling_stopped`),
    ]),
    [{ part: "projecting" }, has("projecting_stopped")],
    [{ part: "pushing" }, has("pushing_stopped")],
    [{ part: "event_loop" }, has("event_loop_blocked")],
  ]);
}

function requestMetrics(
  out: Exposition,
  { operations: { requests } }: AppDeps,
  routes: Routes,
): void {
  out.counter("pnl_http_requests_total", "Requests answered.", requests.counts(routes.all));
  out.histogram(
    "pnl_http_request_duration_seconds",
    "Time until a request was answered, of a stream until it began.",
    requests.durations(),
  );
}

function rateMetrics(out: Exposition, { rateLimits: { address, key } }: AppDeps): void {
  const limits = [address, key].filter((limit) => limit !== null);
  out.counter(
    "pnl_rate_refused_total",
    "Requests refused because there were too many of one address, or of one key.",
    limits.map(({ by, refused }): Sample => [{ by }, refused]),
  );
  out.gauge(
    "pnl_rate_remembered",
    "Addresses, and keys, of which is remembered how many requests they have sent.",
    limits.map(({ by, size }): Sample => [{ by }, size]),
  );
}

/** Registers the route. */
export function metricRoutes(routes: Routes, deps: AppDeps): void {
  const log = new LogMetrics(deps);

  routes.get("/metrics", METRICS, async (c, query) => {
    query();
    const out = new Exposition();
    processMetrics(out, deps);
    healthMetrics(out, deps);
    await log.write(out);
    sourceMetrics(out, deps);
    tierMetrics(out, deps);
    streamMetrics(out, deps);
    redisMetrics(out, deps);
    alertMetrics(out, deps);
    requestMetrics(out, deps, routes);
    rateMetrics(out, deps);
    return reply(c, 200, out.text(), { "content-type": EXPOSITION_TYPE });
  });
}
