/** The one connection of the page, and its store. */
import { useStore } from "zustand/react";
import { useShallow } from "zustand/react/shallow";
import { PnlClient } from "../client/pnl_client.ts";
import { useAge as useAgeOf, usePnl as usePnlOf } from "../client/react.ts";
import { createPnlStore, type PnlStore, type PnlStoreState } from "../client/store.ts";
import { paced } from "./paced.ts";

/** The server that the page came from; a proxy may put it under a path. */
export const BASE = new URL(".", document.baseURI);

/** Figures are drawn at most once in so many milliseconds. */
const PAINT_MS = 250;

/** The store that every view reads. */
export const store: PnlStore = createPnlStore(new PnlClient({ url: BASE }), {
  storage: localStorage,
});

const live = paced(store, PAINT_MS);

/** A part of the store's state; the component is rendered again when it changes. */
export function usePnl<Part>(selector: (state: PnlStoreState) => Part): Part {
  return usePnlOf(store, selector);
}

/**
 * The same for figures: at most four times a second, and the same state for all that use it, so that no
 * two figures on the screen are of two snapshots.
 */
export function useLive<Part>(selector: (state: PnlStoreState) => Part): Part {
  return useStore(live, useShallow(selector));
}

/** How old the snapshot is, in milliseconds, whole seconds of them; null where that is not known. */
export function useAge(): number | null {
  return useAgeOf(store);
}
