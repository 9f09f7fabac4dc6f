/** Figures before and after an event, as the server explains them. */
import { useEffect, useState } from "react";
import { ApiError, requestJson } from "../api.ts";
import type { Explanation } from "../explanation.ts";
import type { MovedMetric } from "./moved.ts";

/** A figure around an event; null where it was not known. */
export interface Move {
  readonly before: string | null;
  readonly after: string | null;
}

/** What was found so far. */
export interface Moves {
  readonly found: ReadonlyMap<MovedMetric, Move>;
  readonly error: ApiError | null;
}

const NONE: Moves = { found: new Map(), error: null };

/** One after the other: the server explains one at a time. */
async function read(
  metrics: readonly MovedMetric[],
  position: number,
  signal: AbortSignal,
): Promise<Map<MovedMetric, string | null>> {
  const found = new Map<MovedMetric, string | null>();
  for (const metric of metrics) {
    const path = `api/pnl/explain?metric=${metric}&at=${position}`;
    // Before the first event there is nothing.
    const value = position === 0 ? null : (await requestJson<Explanation>(path, signal)).value;
    found.set(metric, value);
  }
  return found;
}

/** Asks for the figures when `wanted`. The older position first: the server goes on from there. */
export function useMoves(
  metrics: readonly MovedMetric[],
  position: number,
  wanted: boolean,
): Moves {
  const [moves, setMoves] = useState(NONE);
  useEffect(() => {
    setMoves(NONE);
    if (!wanted) return;
    const ending = new AbortController();
    const { signal } = ending;
    const readBoth = async () => {
      const before = await read(metrics, position - 1, signal);
      const after = await read(metrics, position, signal);
      const both = (metric: MovedMetric) =>
        [metric, { before: before.get(metric) ?? null, after: after.get(metric) ?? null }] as const;
      setMoves({ found: new Map(metrics.map(both)), error: null });
    };
    readBoth().catch((error) => {
      if (signal.aborted) return;
      const known = error instanceof ApiError ? error : new ApiError("failed", null, String(error));
      setMoves({ found: new Map(), error: known });
    });
    return () => ending.abort();
  }, [position, wanted]);
  return moves;
}
