/** The last hour of the six metrics, with the newest values at its end. */
import { useMemo, useRef } from "react";
import type { DeliveredSnapshot } from "../client/delivered.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import { useJson } from "./api.ts";
import type { MetricName } from "./metrics.ts";
import type { Sample } from "./spark_shape.ts";

/** What {@link useRecent} covers, in words. */
export const RECENT_SPAN = "Last hour";

const MINUTE_MS = 60_000;
const MINUTES = 60;

interface Bucket {
  readonly start: string;
  readonly last: Snapshot["metrics"];
}

/** Gives the samples of a metric. */
export type SamplesOf = (metric: MetricName) => readonly Sample[];

/**
 * Samples of each metric: one a minute, that of its last final, and the snapshot's own. History is asked
 * for again when a minute is over.
 */
export function useRecent(snapshot: DeliveredSnapshot | null): SamplesOf {
  const end = snapshot === null ? null : Date.parse(snapshot.window.end);
  const minute = end === null ? null : Math.floor(end / MINUTE_MS);
  const { data } = useJson<{ readonly items: readonly Bucket[] }>(
    minute === null || snapshot?.served.from === "default" ? null : pathFrom(minute - MINUTES),
  );
  // The next minute has another path: until its answer is there, the last one does.
  const kept = useRef(data);
  if (data !== null) kept.current = data;
  const items = kept.current?.items;
  return useMemo(() => {
    const made = new Map<MetricName, readonly Sample[]>();
    return (metric) => {
      const samples = made.get(metric) ?? samplesOf(items ?? [], metric, snapshot, end);
      made.set(metric, samples);
      return samples;
    };
  }, [items, snapshot?.metrics, end]);
}

function pathFrom(minute: number): string {
  const from = new Date(minute * MINUTE_MS).toISOString();
  return `api/pnl/history?resolution=1m&limit=${MINUTES + 1}&from=${from}`;
}

function samplesOf(
  buckets: readonly Bucket[],
  metric: MetricName,
  snapshot: DeliveredSnapshot | null,
  end: number | null,
): Sample[] {
  const samples = buckets.map(({ start, last }): Sample => ({
    at: Date.parse(start) + MINUTE_MS,
    value: last[metric],
  }));
  if (snapshot === null || end === null) return samples;
  const before = samples.filter(({ at }) => at < end);
  return [...before, { at: end, value: snapshot.metrics[metric] }];
}
