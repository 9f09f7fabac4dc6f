/** Metrics of the sources: polls, breakers, freshness. */
import type { Exposition, Sample } from "../metrics/exposition.ts";
import type { SourceStatus } from "../sources/status.ts";
import type { AppDeps } from "./deps.ts";

const STATES = ["starting", "backfilling", "ok", "degraded", "stopped", "not_configured"];
const BREAKER_STATES = ["CLOSED", "OPEN", "HALF_OPEN"];

/** One sample for each state of each source, 1 for that which holds. */
function stateSamples(
  statuses: readonly SourceStatus[],
  states: readonly string[],
  current: (status: SourceStatus) => string,
): Sample[] {
  return statuses.flatMap((status) =>
    states.map((state): Sample => [{ source: status.name, state }, state === current(status)])
  );
}

function pollMetrics(out: Exposition, { operations }: AppDeps): void {
  const polls = operations.polls();
  out.counter(
    "pnl_source_polls_total",
    "Polls by how they ended.",
    polls.flatMap(({ name, outcomes }) =>
      Object.entries(outcomes).map(([outcome, count]): Sample => [{ source: name, outcome }, count])
    ),
  );
  out.histogram(
    "pnl_source_poll_duration_seconds",
    "How long polls took, retries included.",
    polls.map(({ name, durations }) => [{ source: name }, durations]),
  );
}

/** Writes them. */
export function sourceMetrics(out: Exposition, deps: AppDeps): void {
  const all = deps.statuses();
  const configured = all.filter(({ state }) => state !== "not_configured");
  const each = (value: (status: SourceStatus) => number | null) =>
    configured.map((status): Sample => [{ source: status.name }, value(status)]);
  out.gauge(
    "pnl_source_state",
    "What each source does.",
    stateSamples(all, STATES, ({ state }) => state),
  );
  out.gauge(
    "pnl_source_last_success_timestamp_seconds",
    "When the source last answered whole; before it ever did, when the node started.",
    each(({ lastSuccessAt }) =>
      (lastSuccessAt === null ? deps.operations.startedAt : Date.parse(lastSuccessAt)) / 1000
    ),
  );
  out.gauge(
    "pnl_source_interval_seconds",
    "How often the source is polled.",
    each(({ intervalMs }) => intervalMs / 1000),
  );
  out.gauge(
    "pnl_source_backfill_rows",
    "Rows that a running backfill has read.",
    each(({ backfillRows }) => backfillRows),
  );
  out.gauge(
    "pnl_breaker_state",
    "State of each source's circuit breaker.",
    stateSamples(configured, BREAKER_STATES, ({ breaker }) => breaker.state),
  );
  out.gauge(
    "pnl_breaker_consecutive_failures",
    "Failed polls in a row.",
    each(({ breaker }) => breaker.consecutiveFailures),
  );
  pollMetrics(out, deps);
}
