/**
 * React hooks over a store.
 * docs/INTEGRATION.md has an example.
 *
 * @module
 */
// @ts-types="@types/react"
import { useEffect, useState } from "react";
import { useStore } from "zustand/react";
import { useShallow } from "zustand/react/shallow";
import type { PnlStore, PnlStoreState } from "./store.ts";

/** An age is shown in seconds: it changes once a second and no more often. */
const TICK_MS = 1_000;

/**
 * A part of the state. The component is rendered again when the part changes; an object or array is
 * compared by its members, so that a selector may put one together.
 */
export function usePnl<Part>(store: PnlStore, selector: (state: PnlStoreState) => Part): Part {
  return useStore(store, useShallow(selector));
}

function wholeSeconds(ageMs: number | null): number | null {
  return ageMs === null ? null : Math.floor(ageMs / TICK_MS) * TICK_MS;
}

/**
 * How old the snapshot is, in milliseconds, whole seconds of them; null where that is not known. It
 * ticks once a second by itself, whether snapshots come or not.
 */
export function useAge(store: PnlStore): number | null {
  const [ageMs, setAgeMs] = useState(() => wholeSeconds(store.ageMs()));
  useEffect(() => {
    const tick = () => setAgeMs(wholeSeconds(store.ageMs()));
    tick();
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [store]);
  return ageMs;
}
