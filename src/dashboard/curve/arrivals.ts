/** Points that the line brings. */
import { useEffect, useMemo, useState } from "react";
import type { PnlStore, PnlStoreState } from "../../client/store.ts";
import { store, useLive } from "../session.ts";
import { deliveredPoint, type Point } from "./point.ts";

/** Finals that are kept until they are taken: more than a gap can bring at once. */
const MOST_FINALS = 1_000;

/** What has come. */
export interface Arrived {
  /** The last finals, oldest first. */
  readonly finals: readonly Point[];
  /** The value of now; null where there is none. */
  readonly current: Point | null;
  /** The server's time, in milliseconds since the epoch. */
  readonly now: number;
  /** Another text where what was shown before may be wrong or not whole: another log, or a gap. */
  readonly story: string;
}

/** Keeps the finals that a store's client gives out. */
export class Arrivals {
  readonly #endings: readonly (() => void)[];
  #finals: readonly Point[] = [];
  #polled = 0;

  constructor(source: PnlStore) {
    this.#endings = [
      source.client.onFinal((snapshot) => this.#keep(deliveredPoint(snapshot))),
      source.subscribe((now, before) => this.#changed(now, before)),
    ];
  }

  /** What has come, given what the store shows; null before anything has. */
  with({ snapshot, status, position, missed }: PnlStoreState): Arrived | null {
    if (snapshot === null || status === "stored") return null;
    return {
      finals: this.#finals,
      current: deliveredPoint(snapshot),
      now: Date.parse(snapshot.served.at),
      story: `${position?.split(":")[0]} ${missed.resyncs} ${this.#polled}`,
    };
  }

  /** Follows no more. */
  close(): void {
    for (const end of this.#endings) end();
  }

  #changed({ status, snapshot }: PnlStoreState, before: PnlStoreState): void {
    // Polling brings the newest and no finals: what it left out has to be asked for afterwards.
    if (status === "live" && before.status === "polling") this.#polled += 1;
    if (status === "polling" && snapshot !== null) this.#keep(deliveredPoint(snapshot));
  }

  #keep(point: Point | null): void {
    if (point !== null) this.#finals = [...this.#finals, point].slice(-MOST_FINALS);
  }
}

/** What has come since the component is shown; at most four times a second another. */
export function useArrived(): Arrived | null {
  const [arrivals, setArrivals] = useState<Arrivals | null>(null);
  useEffect(() => {
    const own = new Arrivals(store);
    setArrivals(own);
    return () => own.close();
  }, []);
  const state = useLive((state) => state);
  return useMemo(() => arrivals?.with(state) ?? null, [arrivals, state]);
}
