/** How the sources are, as `/health` and `/api/circuit-breaker/status` tell it. */
import { ApiError, request, requestJson, urlOf } from "../api.ts";
import { type SourceName, SOURCES } from "../metrics.ts";

/** A breaker, as the server tells it. Times are ISO 8601. */
export interface BreakerHealth {
  readonly state: "CLOSED" | "OPEN" | "HALF_OPEN";
  readonly consecutiveFailures: number;
  readonly openedAt: string | null;
  readonly nextAttemptAt: string | null;
  readonly lastError:
    | { readonly class: string; readonly message: string; readonly at: string }
    | null;
}

/** A source, as the server tells it. */
export interface SourceHealth {
  readonly state: "starting" | "backfilling" | "ok" | "degraded" | "stopped" | "not_configured";
  readonly lastSuccessAt: string | null;
  readonly nextPollAt: string | null;
  readonly backfillRows: number;
  /** Null where it is not configured, or not known. */
  readonly breaker: BreakerHealth | null;
}

/** All sources at one time. */
export interface SourcesHealth {
  readonly of: Readonly<Partial<Record<SourceName, SourceHealth>>>;
  /** By how much the server's clock is ahead of this one, milliseconds, to the second. */
  readonly skewMs: number;
}

type Told = Readonly<Record<string, Omit<SourceHealth, "breaker"> | undefined>>;

/** Both are asked at once. The status of `/health` is 503 where the server is unavailable, and it still answers. */
export async function readSources(path: string, signal: AbortSignal): Promise<SourcesHealth> {
  const [health, breakers] = await Promise.all([
    readHealth(path, signal),
    requestJson<Readonly<Record<string, BreakerHealth | undefined>>>(
      "api/circuit-breaker/status",
      signal,
    ),
  ]);
  const known = SOURCES.flatMap((name) => {
    const told = health.sources[name];
    return told === undefined
      ? []
      : [[name, { ...told, breaker: breakers[name] ?? null }] as const];
  });
  return { of: Object.fromEntries(known), skewMs: health.skewMs };
}

async function readHealth(
  path: string,
  signal: AbortSignal,
): Promise<{ readonly sources: Told; readonly skewMs: number }> {
  const response = await fetch(urlOf(path), { credentials: "same-origin", signal }).catch(() => {
    signal.throwIfAborted();
    throw new ApiError("offline", null, "The server cannot be reached.");
  });
  const body: unknown = await response.json().catch(() => null);
  const sources: unknown = Reflect.get(Object(body), "sources");
  if (typeof sources !== "object" || sources === null) {
    // Where only whoever has a key is told of the sources, this says so.
    await request("api/circuit-breaker/status", { signal });
    throw new ApiError("malformed", response.status, "The server does not tell of its sources.");
  }
  const date = Date.parse(response.headers.get("date") ?? "");
  return { sources: sources as Told, skewMs: Number.isNaN(date) ? 0 : date - Date.now() };
}
