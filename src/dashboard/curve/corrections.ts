/** Corrections within the curve: adjustments that somebody appended to the log. */
import { useJson } from "../api.ts";
import type { Span } from "./range.ts";

/** A correction. */
export interface Correction {
  readonly position: number;
  /** When it was appended, milliseconds since the epoch. */
  readonly time: number;
  /** Dollars, signed. */
  readonly amount: string;
  readonly component: string;
  readonly reason: string;
}

interface Item {
  readonly sequence: string;
  readonly recordedtime: string;
  readonly data: { readonly amount: string; readonly component: string; readonly reason: string };
}

/** So many are marked at most. */
const MOST = 100;

/** Type of the events. */
export const CORRECTION = "pnl.adjustment.recorded.v1";

/** Corrections that were appended within a span; none where the server has no events. */
export function useCorrections(span: Span | null, version: unknown): readonly Correction[] {
  const query = span === null ? null : new URLSearchParams({
    type: CORRECTION,
    recordedFrom: new Date(span.from).toISOString(),
    recordedTo: new Date(span.to).toISOString(),
    limit: String(MOST),
  });
  const path = query === null ? null : `api/events?${query}`;
  const { data } = useJson<{ readonly items: readonly Item[] }>(path, version);
  return (data?.items ?? []).map(({ sequence, recordedtime, data }) => ({
    position: Number(sequence),
    time: Date.parse(recordedtime),
    amount: data.amount,
    component: data.component,
    reason: data.reason,
  }));
}
