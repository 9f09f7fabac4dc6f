/** Corrections within the curve: adjustments that somebody appended to the log. */
import { useJson } from "../api.ts";
import { useLive } from "../session.ts";
import type { Curve } from "./use_curve.ts";

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

/** Where the server tells of the corrections of a curve: an address that stays the same while it is followed. */
function pathOf({ range, grid, span }: Curve): string {
  const query = new URLSearchParams({
    type: CORRECTION,
    recordedFrom: new Date(grid.origin).toISOString(),
    limit: String(MOST),
  });
  if ("custom" in range) query.set("recordedTo", new Date(span.to).toISOString());
  return `api/events?${query}`;
}

/** Corrections that were appended within what is seen of a curve; none where the server has no events. */
export function useCorrections(curve: Curve | null): readonly Correction[] {
  // Another sum of corrections in the snapshot means that there is another correction.
  const sums = useLive(({ snapshot }) =>
    Object.values(snapshot?.components ?? {}).map(({ adjustments }) => adjustments).join(" ")
  );
  const path = curve === null ? null : pathOf(curve);
  const { data } = useJson<{ readonly items: readonly Item[] }>(path, sums);
  const from = curve?.span.from ?? 0;
  return (data?.items ?? []).map(({ sequence, recordedtime, data }) => ({
    position: Number(sequence),
    time: Date.parse(recordedtime),
    amount: data.amount,
    component: data.component,
    reason: data.reason,
  })).filter(({ time }) => time >= from);
}
