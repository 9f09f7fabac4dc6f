/** The final snapshots that trends are measured against. */
import { useEffect } from "react";
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import type { DeliveredSnapshot } from "../client/delivered.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import { isBaseOf, type TrendName } from "./change.ts";
import { store } from "./session.ts";

/** A final snapshot that later ones are measured against. */
export type Base = Pick<Snapshot, "position" | "window" | "metrics">;

/** So many of the last finals are kept: those that are no base may stand before the one that is. */
const KEPT = 4;

const finals = createStore<{ readonly last: readonly Base[] }>(() => ({ last: [] }));
let following = false;

/** Finals are kept from the first view that asks for them. */
function follow(): void {
  if (following) return;
  following = true;
  store.client.onFinal(({ position, window, metrics }) => {
    const base = { position, window, metrics };
    finals.setState(({ last }) => ({ last: [base, ...last].slice(0, KEPT) }));
  });
}

/** The newest of the finals before a snapshot that gives the trend which the snapshot says. */
function baseAmong(
  last: readonly Base[],
  { window, metrics }: DeliveredSnapshot,
  trend: TrendName,
): Base | null {
  return last.find((base) =>
    base.window.end <= window.start && isBaseOf(metrics, trend, base.metrics)
  ) ?? null;
}

/**
 * The final that a trend of a snapshot is measured against; null where there is none, or where it is not
 * known here.
 */
export function useBase(snapshot: DeliveredSnapshot, trend: TrendName): Base | null {
  useEffect(follow, []);
  const last = useStore(finals, (state) => state.last);
  return baseAmong(last, snapshot, trend);
}
