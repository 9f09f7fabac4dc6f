/** The last hour of the six metrics, with the newest values at its end. */
import { useMemo, useRef } from "react";
import type { DeliveredSnapshot } from "../client/delivered.ts";
import { belongsInHistory } from "../pnl/belongs_in_history.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import { useJson } from "./api.ts";
import type { MetricName } from "./metrics.ts";
import type { Sample } from "./spark_shape.ts";

/** What {@link useRecent} covers, in words. */
export const RECENT_SPAN = "Last hour";

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** One a minute, and the minutes that the span begins and ends in. */
const POINTS = MINUTES + 2;

/** Where there are fewer, each window counts: then history is asked for at the end of each. */
const FEW = 10;

/** A bucket of history, or a final snapshot where there are few of them. */
type HistoryItem =
  | { readonly start: string; readonly last: Snapshot["metrics"] }
  | Pick<Snapshot, "window" | "metrics" | "quality">;

/** The last hour, as far as it is known. */
export interface Recent {
  /** Gives the samples of a metric. */
  readonly samplesOf: (metric: MetricName) => readonly Sample[];
  /** True where history was asked for, and could not be read. */
  readonly isUnread: boolean;
}

/**
 * Samples of each metric: one a minute, that of its last final, or all finals while they are few; and the
 * snapshot's own. History is asked for again when a minute is over.
 *
 * @param hasHistory false where this node has none, and is not asked
 */
export function useRecent(snapshot: DeliveredSnapshot, hasHistory: boolean): Recent {
  const { metrics, window } = snapshot;
  const minute = Math.floor(Date.parse(window.end) / MINUTE_MS);
  const isKnown = snapshot.served.from !== "default";
  const kept = useRef<{ readonly items: readonly HistoryItem[] } | null>(null);
  const { data, error } = useJson<{ readonly items: readonly HistoryItem[] }>(
    isKnown && hasHistory ? pathFrom(minute - MINUTES) : null,
    (kept.current?.items.length ?? 0) < FEW ? window.end : null,
  );
  // The next minute has another path: until its answer is there, the last one does.
  if (data !== null) kept.current = data;
  const items = kept.current?.items;
  const samplesOf = useMemo(() => {
    const known = (items ?? []).flatMap(timed).filter(({ at }) => at < Date.parse(window.end));
    const newest = isKnown && belongsInHistory(snapshot)
      ? [{ at: Date.parse(window.end), metrics }]
      : [];
    const all = [...known, ...newest];
    return (metric: MetricName) => all.map(({ at, metrics }) => ({ at, value: metrics[metric] }));
  }, [items, isKnown, metrics, window.end]);
  return { samplesOf, isUnread: error !== null };
}

function pathFrom(minute: number): string {
  const from = new Date(minute * MINUTE_MS).toISOString();
  return `api/pnl/history?resolution=auto&points=${POINTS}&from=${from}`;
}

/** When the metrics were so; nothing where they are partial, as buckets leave that out too. */
function timed(item: HistoryItem): { at: number; metrics: Snapshot["metrics"] }[] {
  if ("start" in item) return [{ at: Date.parse(item.start) + MINUTE_MS, metrics: item.last }];
  return belongsInHistory(item) ? [{ at: Date.parse(item.window.end), metrics: item.metrics }] : [];
}
