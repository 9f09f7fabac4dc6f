/** How well the service is, and every reason why it is not better. */
import { isConfirmed, isStale } from "../projection/served.ts";
import { INTERNAL, type SourceStatus } from "../sources/status.ts";
import type { AppDeps } from "./deps.ts";
import { known } from "./known.ts";
import type { RedisHealth } from "./redis_health.ts";

/** The mirror may be behind for so long; a refill of an empty Redis takes longer, and says so. */
const MIRROR_LAG_SECONDS = 10;

/** What `/health` says first. */
export interface Judgement {
  readonly status: "ok" | "degraded" | "unavailable";
  /** Empty where all is well; each is a word that docs/API.md explains. */
  readonly reasons: readonly string[];
  /** The log's head position, or null where the log cannot be read, or is not here. */
  readonly head: number | null;
  /** How long ago the writer was known to be at the end of its log; null where that is not known. */
  readonly confirmedAgeMs: number | null;
}

/** Why nothing can be answered for. */
function failures(deps: AppDeps, head: number | null): string[] {
  const reasons: string[] = [];
  if (deps.role === "all" && head === null) reasons.push("log_unreadable");
  if (deps.role === "edge" && deps.projection.current() === null) reasons.push("no_snapshot");
  if (deps.projection.state.status === "failed") reasons.push("projection_failed");
  return reasons;
}

/** What a configured source does not do that it should, or null. */
function sourceFault(status: SourceStatus, nowMs: number): "stale" | "degraded" | "stopped" | null {
  switch (status.state) {
    case "ok":
      return isStale(status, nowMs) ? "stale" : null;
    case "degraded":
    case "stopped":
      return status.state;
    case "starting":
    case "backfilling":
    case "not_configured":
      return null;
  }
}

/** What is wrong with the sources; what is not the upstreams' fault is not told as theirs. */
function sourceFaults(statuses: readonly SourceStatus[], nowMs: number): string[] {
  const isOurs = ({ state, breaker }: SourceStatus) =>
    state === "degraded" && breaker.lastError?.class === INTERNAL;
  const reasons: string[] = [];
  if (statuses.some(isOurs)) reasons.push("cannot_write");
  for (const status of statuses.filter((status) => !isOurs(status))) {
    const fault = sourceFault(status, nowMs);
    if (fault !== null) reasons.push(`${status.name}_${fault}`);
  }
  return reasons;
}

function redisFaults({ connection, readable, lease, mirror }: RedisHealth): string[] {
  const reasons: string[] = [];
  if (connection !== "ready") reasons.push("redis_away");
  else if (!readable) reasons.push("redis_not_answering");
  if (lease === "lost") reasons.push("lease_lost");
  if (mirror?.state === "failed") reasons.push("mirror_failed");
  if (mirror !== undefined && mirror.lagSeconds > MIRROR_LAG_SECONDS) {
    reasons.push("mirror_lagging");
  }
  return reasons;
}

/** Judges as of now. */
export function judge(deps: AppDeps): Judgement {
  const head = known(() => deps.log?.head().position ?? null);
  const confirmedAgeMs = known(deps.confirmedAgeMs);
  const failed = failures(deps, head);
  const reasons = [...failed];
  if (deps.projection.state.status === "rebuilding") reasons.push("projection_rebuilding");
  if (!isConfirmed(confirmedAgeMs, deps.intervalMs())) reasons.push("unconfirmed");
  reasons.push(...sourceFaults(deps.statuses(), deps.clock.now()));
  reasons.push(...deps.operations.watch.stalls.map(({ reason }) => reason));
  if (deps.alerts?.().webhooks.some(({ state }) => state !== "ok") === true) {
    reasons.push("alerts_undelivered");
  }
  if (deps.redis !== null) reasons.push(...redisFaults(deps.redis()));
  const status = failed.length > 0 ? "unavailable" : reasons.length > 0 ? "degraded" : "ok";
  return { status, reasons, head, confirmedAgeMs };
}
