/**
 * A Zustand store over a client: what it shows, and the last snapshot of the visit before until a new
 * one has come.
 * docs/INTEGRATION.md has an example.
 *
 * @module
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ClientState, ClientStatus } from "./client_state.ts";
import type { DeliveredSnapshot } from "./delivered.ts";
import type { PnlClient } from "./pnl_client.ts";
import { readStored, type SnapshotStorage, writeStored } from "./stored_snapshot.ts";

/** The state of a client, or `stored`: the snapshot is that of an earlier visit, its age unknown. */
export interface PnlStoreState extends Omit<ClientState, "status"> {
  readonly status: ClientStatus | "stored";
}

/** A store that follows a client. */
export interface PnlStore extends StoreApi<PnlStoreState> {
  readonly client: PnlClient;
  /** How old the snapshot is, in milliseconds; null where that is not known. */
  ageMs(): number | null;
  /** Stores the last snapshot and follows no more. The client goes on. */
  close(): void;
}

/** Options of {@link createPnlStore}. */
export interface PnlStoreOptions {
  /** Where the last snapshot is kept, such as `localStorage`; without it nothing is kept. */
  readonly storage?: SnapshotStorage;
  /** Under which key; clients of two servers need two. Default `pnl-stream:snapshot`. */
  readonly key?: string;
  /** At most once in so many milliseconds the snapshot is stored; default 1,000. */
  readonly storeMs?: number;
}

const KEY = "pnl-stream:snapshot";
const STORE_MS = 1_000;

/** Stores a snapshot now and then, and the last one in any case. */
class Keeper {
  readonly #storage: SnapshotStorage;
  readonly #key: string;
  readonly #spacingMs: number;
  #next: DeliveredSnapshot | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: SnapshotStorage, key: string, spacingMs: number) {
    this.#storage = storage;
    this.#key = key;
    this.#spacingMs = spacingMs;
  }

  /** Keeps a snapshot: at once after a quiet time, otherwise soon. */
  keep(snapshot: DeliveredSnapshot): void {
    this.#next = snapshot;
    if (this.#timer !== undefined) return;
    this.#write();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, this.#spacingMs);
  }

  /** Stores what waits. */
  close(): void {
    clearTimeout(this.#timer);
    this.#write();
  }

  #write(): void {
    if (this.#next !== null) writeStored(this.#storage, this.#key, this.#next);
    this.#next = null;
  }
}

/** What the store shows: the client's state, or, before its first snapshot, the stored one. */
function shown(state: ClientState, stored: DeliveredSnapshot | null): PnlStoreState {
  if (state.snapshot !== null || stored === null) return state;
  return { ...state, snapshot: stored, position: stored.served.pos, status: "stored" };
}

/**
 * Makes a store over a client, which is to be started and stopped by whoever made it.
 *
 * @returns a vanilla Zustand store; its state is read-only
 */
export function createPnlStore(client: PnlClient, options: PnlStoreOptions = {}): PnlStore {
  const { storage, key = KEY, storeMs = STORE_MS } = options;
  const stored = storage === undefined ? null : readStored(storage, key);
  const keeper = storage === undefined ? null : new Keeper(storage, key, storeMs);
  const store = createStore<PnlStoreState>(() => shown(client.state, stored));
  let kept = client.state.snapshot;
  const unsubscribe = client.subscribe(() => {
    const { state } = client;
    store.setState(shown(state, stored), true);
    if (state.snapshot === kept || state.snapshot === null) return;
    kept = state.snapshot;
    keeper?.keep(state.snapshot);
  });
  return {
    ...store,
    client,
    ageMs: () => client.ageMs(),
    close: () => {
      unsubscribe();
      keeper?.close();
    },
  };
}
