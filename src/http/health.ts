/** `/health`, `/livez`, `/readyz`: how the service is, for people and for orchestrators. */
import { isStale } from "../projection/served.ts";
import type { SourceStatus } from "../sources/status.ts";
import type { AppDeps } from "./deps.ts";
import { NO_PARAMETERS, readQuery } from "./query.ts";
import { JSON_TYPE, reply, replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

type Health = "ok" | "degraded" | "unavailable";

/** The log's head position, or null where the log cannot be read, or is not here. */
function headPosition(deps: AppDeps): number | null {
  if (deps.log === null) return null;
  try {
    return deps.log.head().position;
  } catch {
    return null;
  }
}

/** True where a source that is configured does not do what it should. */
function isDegraded(status: SourceStatus, nowMs: number): boolean {
  switch (status.state) {
    case "ok":
      return isStale(status, nowMs);
    case "degraded":
    case "stopped":
      return true;
    case "starting":
    case "backfilling":
    case "not_configured":
      return false;
  }
}

function judge(deps: AppDeps, head: number | null): Health {
  const { status } = deps.projection.state;
  if (head === null || status === "failed") return "unavailable";
  const now = deps.clock.now();
  const degraded = status === "rebuilding" ||
    deps.statuses().some((source) => isDegraded(source, now));
  return degraded ? "degraded" : "ok";
}

/** Why no traffic should come here now, or null. */
function unreadiness(deps: AppDeps): "draining" | "unavailable" | "catching_up" | null {
  if (deps.hub.draining) return "draining";
  const head = headPosition(deps);
  if (head === null || judge(deps, head) === "unavailable") return "unavailable";
  const { state, position } = deps.projection;
  return state.status === "rebuilding" && position < head ? "catching_up" : null;
}

function sourceHealth(status: SourceStatus) {
  const { state, lastSuccessAt, nextPollAt, backfillRows, breaker } = status;
  return { state, lastSuccessAt, nextPollAt, backfillRows, breaker: breaker.state };
}

function tierHealth(deps: AppDeps, head: number | null) {
  const { memory, redis, sqlite } = deps.readPath.stats();
  return {
    memory: memory === undefined ? "not_configured" : "ok",
    redis: redis === undefined ? "not_configured" : "ok",
    sqlite: sqlite === undefined
      ? "not_configured"
      : head === null || deps.projection.state.status === "failed"
      ? "failed"
      : "ok",
  };
}

/** Registers the routes. */
export function healthRoutes(routes: Routes, deps: AppDeps): void {
  const startedAt = deps.clock.monotonic();

  routes.get("/health", (c) => {
    readQuery(c, NO_PARAMETERS);
    const head = headPosition(deps);
    const status = judge(deps, head);
    const body = {
      status,
      version: deps.version,
      mode: deps.mode(),
      uptimeSeconds: Math.floor((deps.clock.monotonic() - startedAt) / 1000),
      position: head ?? deps.projection.position,
      projection: { status: deps.projection.state.status, position: deps.projection.position },
      sources: Object.fromEntries(deps.statuses().map((each) => [each.name, sourceHealth(each)])),
      tiers: tierHealth(deps, head),
      streams: deps.hub.stats(),
    };
    return reply(c, status === "unavailable" ? 503 : 200, JSON.stringify(body), {
      "content-type": JSON_TYPE,
    });
  });

  routes.get("/livez", (c) => {
    readQuery(c, NO_PARAMETERS);
    return replyJson(c, '{"status":"ok"}');
  });

  routes.get("/readyz", (c) => {
    readQuery(c, NO_PARAMETERS);
    const reason = unreadiness(deps);
    if (reason === null) return replyJson(c, '{"status":"ok"}');
    return reply(c, 503, JSON.stringify({ status: "not_ready", reason }), {
      "content-type": JSON_TYPE,
      "retry-after": "5",
    });
  });
}
