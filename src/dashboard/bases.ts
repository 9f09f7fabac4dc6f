/** The final snapshots that trends are measured against. */
import { useEffect } from "react";
import { useStore } from "zustand/react";
import { createStore } from "zustand/vanilla";
import type { DeliveredSnapshot } from "../client/delivered.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import type { Explanation } from "./explanation.ts";
import { nodeHasLog, useNode } from "./node.ts";
import { useJson } from "./api.ts";
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

/** The last moment of the base's window, as an explanation's base names it. */
function endOf(explanation: Explanation | null): string | null {
  const base = explanation?.node.inputs.find(({ name }) => name.endsWith(".base"));
  return /ended at (\S+Z)$/.exec(base?.label ?? "")?.[1] ?? null;
}

/**
 * The base of a trend from what is stored, for a page that was not there when its window ended, or whose
 * line brings no finals.
 *
 * @param version asked for again when it is another one
 */
function useStoredBase(trend: TrendName | null, version: string | null): Base | null {
  const asked = useJson<Explanation>(
    trend === null ? null : `api/pnl/explain?metric=${trend}`,
    version,
  );
  const end = endOf(asked.data);
  const after = end === null ? "" : new Date(Date.parse(end) + 1).toISOString();
  const page = useJson<{ readonly items: readonly Base[] }>(
    end === null ? null : `api/pnl/history?resolution=raw&limit=1&from=${end}&to=${after}`,
  );
  return page.data?.items[0] ?? null;
}

/**
 * The final that a trend of a snapshot is measured against; null where there is none, or where it is not
 * known here.
 */
export function useBase(snapshot: DeliveredSnapshot, trend: TrendName): Base | null {
  useEffect(follow, []);
  const last = useStore(finals, (state) => state.last);
  const hasHistory = nodeHasLog(useNode()) === true;
  const followed = baseAmong(last, snapshot, trend);
  const isStored = followed === null && hasHistory && snapshot.metrics[trend] !== null;
  const { components, window } = snapshot;
  const version = trend === "trendPct" ? window.start : components.anthropic.day;
  const stored = useStoredBase(isStored ? trend : null, version);
  return followed ?? (stored === null ? null : baseAmong([stored], snapshot, trend));
}
