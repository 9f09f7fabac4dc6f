/** A snapshot as a client gets it: with `served`, which says where it came from and how old it is. */
import type { Snapshot } from "../pnl/snapshot_schema.ts";

/** What the server adds to a snapshot on delivery. Times are UTC ISO 8601. */
export interface Served {
  /** The tier that answered; `default` means that the log is empty and the zeros are no figures. */
  readonly from: "memory" | "redis" | "sqlite" | "default";
  readonly at: string;
  /** The stream position, `<epoch>:<offset>`. */
  readonly pos: string;
  /** How long ago the snapshot was known to be at the end of the log; null where it never was. */
  readonly confirmedAgeMs: number | null;
  /** False where that is longer ago than the writer's silence should ever be: it may be down. */
  readonly confirmed: boolean;
  /** Configured sources whose figures may be old. */
  readonly stale: readonly string[];
  readonly notConfigured: readonly string[];
  readonly sources: Readonly<
    Record<string, { readonly checkedAt: string | null; readonly dataAgeMs: number | null }>
  >;
}

/** A snapshot with what was added on delivery. */
export type DeliveredSnapshot = Snapshot & { readonly served: Served };

const AMOUNTS = ["totalRevenue", "totalExpenses", "netPnl"] as const;
const RATES = ["grossMarginPct", "trendPct", "dailyTrendPct"] as const;
const PARTS = ["periods", "components", "quality"] as const;

/** An object whose members may be looked at. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : null;
}

function isServed(value: unknown): boolean {
  const served = asRecord(value);
  if (served === null) return false;
  const { from, at, pos, confirmedAgeMs, confirmed, stale, notConfigured, sources } = served;
  return typeof from === "string" && typeof at === "string" && typeof pos === "string" &&
    (confirmedAgeMs === null || Number.isFinite(confirmedAgeMs)) &&
    typeof confirmed === "boolean" &&
    Array.isArray(stale) && Array.isArray(notConfigured) && asRecord(sources) !== null;
}

/**
 * True for a snapshot of `pnl.snapshot.v1` with `served`, as far as a client has to rely on it. It is no
 * full check of the schema, which is the server's and would be larger than the rest of the client.
 */
export function isDelivered(value: unknown): value is DeliveredSnapshot {
  const snapshot = asRecord(value);
  if (snapshot === null || snapshot.schema !== "pnl.snapshot.v1") return false;
  const span = asRecord(snapshot.window);
  const metrics = asRecord(snapshot.metrics);
  if (span === null || metrics === null || !isServed(snapshot.served)) return false;
  return typeof span.start === "string" && typeof span.end === "string" &&
    typeof span.final === "boolean" && Number.isSafeInteger(snapshot.position) &&
    AMOUNTS.every((name) => typeof metrics[name] === "string") &&
    RATES.every((name) => metrics[name] === null || typeof metrics[name] === "string") &&
    PARTS.every((name) => asRecord(snapshot[name]) !== null);
}

/** Length of a snapshot's window, in milliseconds: the server says something at least this often. */
export function intervalOf(snapshot: DeliveredSnapshot): number {
  const ms = Date.parse(snapshot.window.end) - Date.parse(snapshot.window.start);
  return ms > 0 ? ms : DEFAULT_INTERVAL_MS;
}

/** The server's own default, where a snapshot does not tell. */
export const DEFAULT_INTERVAL_MS = 5_000;
