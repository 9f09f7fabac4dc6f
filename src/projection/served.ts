/** What is added to a read model on delivery: where it came from, and how old and how whole it is. */
import type { Clock } from "../pnl/clock.ts";
import type { SourceStatus } from "../sources/status.ts";
import { formatStreamPosition } from "./frame.ts";
import type { TierName } from "./tier.ts";

/** `served` of the contract. Times are UTC ISO 8601. */
export interface Served {
  readonly from: TierName;
  readonly at: string;
  readonly pos: string;
  /** How long ago the writer was known to be at the end of its log; null where it never was. */
  readonly confirmedAgeMs: number | null;
  /** False where that is unknown or longer ago than two intervals: newer events may be missing. */
  readonly confirmed: boolean;
  /** Configured sources whose figures may be old. */
  readonly stale: readonly string[];
  readonly notConfigured: readonly string[];
  readonly sources: Readonly<
    Record<string, { readonly checkedAt: string | null; readonly dataAgeMs: number | null }>
  >;
}

/** What {@link Served} is made of. */
export interface ServedInput {
  readonly from: TierName;
  readonly epoch: string;
  readonly offset: number;
  readonly confirmedAgeMs: number | null;
  /** How often the writer confirms, milliseconds. */
  readonly intervalMs: number;
  readonly statuses: readonly SourceStatus[];
  readonly clock: Clock;
}

/** Confirmations that may be missed before a snapshot counts as unconfirmed. */
const MISSED_CONFIRMATIONS = 2;
/** Polls that may be missed before a source is stale, and the least time in milliseconds beyond one. */
const MISSED_POLLS = 3;
const GRACE_MS = 15_000;

/**
 * True where a source's figures may be old: its last whole answer is older than three intervals (and
 * than one interval and 15 s), its breaker is not closed, or it never answered.
 */
export function isStale(status: SourceStatus, nowMs: number): boolean {
  if (status.breaker.state !== "CLOSED" || status.lastSuccessAt === null) return true;
  const allowed = Math.max(MISSED_POLLS * status.intervalMs, status.intervalMs + GRACE_MS);
  return nowMs - Date.parse(status.lastSuccessAt) > allowed;
}

/** True where the writer was known to be at the end of its log within the last two intervals. */
export function isConfirmed(confirmedAgeMs: number | null, intervalMs: number): boolean {
  return confirmedAgeMs !== null && confirmedAgeMs <= MISSED_CONFIRMATIONS * intervalMs;
}

/** Builds `served` as of now. */
export function buildServed(input: ServedInput): Served {
  const now = input.clock.now();
  const stale: string[] = [];
  const notConfigured: string[] = [];
  const sources: Record<string, { checkedAt: string | null; dataAgeMs: number | null }> = {};
  for (const status of input.statuses) {
    if (status.state === "not_configured") {
      notConfigured.push(status.name);
      continue;
    }
    if (isStale(status, now)) stale.push(status.name);
    const checkedAt = status.lastSuccessAt;
    sources[status.name] = {
      checkedAt,
      dataAgeMs: checkedAt === null ? null : Math.max(0, now - Date.parse(checkedAt)),
    };
  }
  return {
    from: input.from,
    at: new Date(now).toISOString(),
    pos: formatStreamPosition(input),
    confirmedAgeMs: input.confirmedAgeMs,
    confirmed: isConfirmed(input.confirmedAgeMs, input.intervalMs),
    stale,
    notConfigured,
    sources,
  };
}

/**
 * Puts `served` into the JSON of an object as its last member, without parsing it.
 *
 * @param json text of a JSON object that is not empty
 */
export function spliceServed(json: string, served: Served): string {
  return `${json.slice(0, -1)},"served":${JSON.stringify(served)}}`;
}
