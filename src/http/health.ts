/** `/health`, `/livez`, `/readyz`: how the service is, for people and for orchestrators. */
import type { Context } from "hono";
import type { SourceStatus } from "../sources/status.ts";
import { covers } from "../access/scope.ts";
import { HEALTH_REPORT, LIVEZ, READYZ } from "./api/operation_doc.ts";
import { whoAsks } from "./auth.ts";
import type { AppDeps } from "./deps.ts";
import { judge, type Judgement } from "./judgement.ts";
import type { RedisHealth } from "./redis_health.ts";
import { JSON_TYPE, reply, replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

/** Why no traffic should come here now, or null. An edge that is unconfirmed says so itself. */
function unreadiness(deps: AppDeps): string | null {
  if (deps.hub.draining) return "draining";
  const { status, reasons, head } = judge(deps);
  if (status === "unavailable") {
    return reasons.includes("no_snapshot") ? "no_snapshot" : "unavailable";
  }
  // What is not polled is served as it was, and says so; what is not folded or pushed is not served.
  const stopped = deps.operations.watch.stalls
    .find(({ part }) => part === "projecting" || part === "pushing");
  if (stopped !== undefined) return stopped.reason;
  const { state, position } = deps.projection;
  const behind = head !== null && position < head;
  return state.status === "rebuilding" && behind ? "catching_up" : null;
}

function sourceHealth(status: SourceStatus) {
  const { state, lastSuccessAt, nextPollAt, backfillRows, breaker } = status;
  return { state, lastSuccessAt, nextPollAt, backfillRows, breaker: breaker.state };
}

function tierHealth(deps: AppDeps, head: number | null, redis: RedisHealth | null) {
  const tiers = deps.readPath.stats();
  const failed = head === null || deps.projection.state.status === "failed";
  const answers = redis !== null && redis.connection === "ready" && redis.readable;
  return {
    memory: tiers.memory === undefined ? "not_configured" : "ok",
    redis: tiers.redis === undefined ? "not_configured" : answers ? "ok" : "failed",
    sqlite: tiers.sqlite === undefined ? "not_configured" : failed ? "failed" : "ok",
  };
}

/** Null where no rules are configured. */
function alertsHealth({ alerts }: AppDeps) {
  if (alerts === null) return null;
  const { rules, webhooks } = alerts();
  return {
    firing: rules.filter(({ status }) => status === "firing").map(({ name }) => name),
    webhooks: Object.fromEntries(
      webhooks.map(({ name, state, waiting }) => [name, { state, waiting }]),
    ),
  };
}

function healthBody(deps: AppDeps, judgement: Judgement, uptimeMs: number) {
  const { status, reasons, head, confirmedAgeMs } = judgement;
  const { state, position } = deps.projection;
  const redis = deps.redis?.() ?? null;
  return {
    status,
    reasons,
    role: deps.role,
    version: deps.version,
    mode: deps.mode(),
    writer: deps.writerAddress(),
    uptimeSeconds: Math.floor(uptimeMs / 1000),
    position: head ?? position,
    confirmedAgeMs,
    projection: { status: state.status, position },
    sources: Object.fromEntries(deps.statuses().map((each) => [each.name, sourceHealth(each)])),
    tiers: tierHealth(deps, head, redis),
    redis,
    alerts: alertsHealth(deps),
    streams: deps.hub.stats(),
  };
}

/** What anybody may know: a probe needs no key. */
function brief(c: Context, { version }: AppDeps, { status }: Judgement): Response {
  return reply(c, status === "unavailable" ? 503 : 200, JSON.stringify({ status, version }), {
    "content-type": JSON_TYPE,
  });
}

/** Registers the routes. */
export function healthRoutes(routes: Routes, deps: AppDeps): void {
  routes.get("/health", HEALTH_REPORT, (c, query) => {
    query();
    const judgement = judge(deps);
    const who = whoAsks(c, deps);
    if (who === null || !covers(who.scopes, "read")) return brief(c, deps, judgement);
    const body = healthBody(deps, judgement, deps.operations.uptimeMs);
    return reply(c, judgement.status === "unavailable" ? 503 : 200, JSON.stringify(body), {
      "content-type": JSON_TYPE,
    });
  });

  routes.get("/livez", LIVEZ, (c, query) => {
    query();
    return replyJson(c, '{"status":"ok"}');
  });

  routes.get("/readyz", READYZ, (c, query) => {
    query();
    const reason = unreadiness(deps);
    const stalls = deps.operations.watch.stalls.map(({ reason }) => reason);
    const named = stalls.length === 0 ? {} : { stalls };
    if (reason === null) return replyJson(c, JSON.stringify({ status: "ok", ...named }));
    return reply(c, 503, JSON.stringify({ status: "not_ready", reason, ...named }), {
      "content-type": JSON_TYPE,
      "retry-after": "5",
    });
  });
}
