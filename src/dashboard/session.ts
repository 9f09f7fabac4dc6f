/** The one connection of the page, and its store. */
import { PnlClient } from "../client/pnl_client.ts";
import { useAge as useAgeOf, usePnl as usePnlOf } from "../client/react.ts";
import { createPnlStore, type PnlStore, type PnlStoreState } from "../client/store.ts";

/** The server that the page came from; a proxy may put it under a path. */
export const BASE = new URL(".", document.baseURI);

/** The store that every view reads. */
export const store: PnlStore = createPnlStore(new PnlClient({ url: BASE }), {
  storage: localStorage,
});

/** A part of the store's state; the component is rendered again when it changes. */
export function usePnl<Part>(selector: (state: PnlStoreState) => Part): Part {
  return usePnlOf(store, selector);
}

/** How old the snapshot is, in milliseconds, whole seconds of them; null where that is not known. */
export function useAge(): number | null {
  return useAgeOf(store);
}
