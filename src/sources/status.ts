/** What is known of a source now: operational state, not history. */
import type { SourceName } from "./source.ts";

/** State of a circuit breaker, in the contract's words. */
export type BreakerState = "CLOSED" | "OPEN" | "HALF_OPEN";

/** Class of a failure that is ours and not the upstream's: what was read could not be kept. */
export const INTERNAL = "internal";

/** The breaker of one source. Times are ISO 8601 UTC. */
export interface BreakerStatus {
  readonly state: BreakerState;
  readonly consecutiveFailures: number;
  readonly openedAt: string | null;
  readonly nextAttemptAt: string | null;
  /** Error class and a message free of secrets and upstream bodies. */
  readonly lastError:
    | { readonly class: string; readonly message: string; readonly at: string }
    | null;
}

/** A breaker that nothing has befallen. */
export const CLOSED_BREAKER: BreakerStatus = {
  state: "CLOSED",
  consecutiveFailures: 0,
  openedAt: null,
  nextAttemptAt: null,
  lastError: null,
};

/** One source as the poller sees it. */
export interface SourceStatus {
  readonly name: SourceName;
  readonly state: "starting" | "backfilling" | "ok" | "degraded" | "stopped" | "not_configured";
  readonly intervalMs: number;
  /** When it was last asked and answered whole. */
  readonly lastSuccessAt: string | null;
  /** When the next poll is due. */
  readonly nextPollAt: string | null;
  /** Rows read so far by a running backfill. */
  readonly backfillRows: number;
  readonly breaker: BreakerStatus;
}
