/** What all connections together keep in this process, and who gets nothing more while it is too much. */
import { Histogram } from "../metrics/histogram.ts";
import type { PeerMeasure } from "./subscriber.ts";

/** Bounds of the ages that are counted, seconds. */
const AGES = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Someone who may be held. */
interface Holdable {
  measure?(now: number): PeerMeasure;
  hold?(held: boolean): void;
}

/** What the connections are like now. */
export interface Load {
  /** Bytes that wait in this process for peers. */
  readonly bufferedBytes: number;
  /** Connections that get nothing more until that is less. */
  readonly held: number;
  /** Connections that have acknowledged a snapshot. */
  readonly acknowledging: number;
  /** Those of them whose acknowledgement is overdue. */
  readonly late: number;
  /** How old the numbers are that they have, in milliseconds; null where nobody acknowledges. */
  readonly ageMs: { readonly p50: number; readonly max: number } | null;
}

/** The middle and the greatest of some ages; null where there are none. */
function agesOf(ages: readonly number[]): Load["ageMs"] {
  if (ages.length === 0) return null;
  // As numbers, not as texts, and without a comparison in JavaScript.
  const sorted = Float64Array.from(ages).sort();
  const p50 = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return { p50: Math.round(p50), max: Math.round(sorted.at(-1) ?? 0) };
}

/** Holds those for whom most bytes wait, as long as all together are above a budget. */
export class Overload<S extends Holdable> {
  readonly #maxBytes: number;
  readonly #held = new Set<S>();
  /** How old what clients have was at each look, seconds; of those who acknowledge. */
  readonly ages = new Histogram(AGES);
  /** How often somebody was held. */
  #holds = 0;

  /** @param maxBytes what may wait in this process for all together */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How often a connection was held, since the start. */
  get holds(): number {
    return this.#holds;
  }

  /** Looks at all, holds and lets go. */
  check(subscribers: Iterable<S>, now: number): void {
    const loads: { subscriber: S; bytes: number }[] = [];
    let excess = -this.#maxBytes;
    for (const subscriber of subscribers) {
      const measure = subscriber.measure?.(now);
      const bytes = measure?.bufferedBytes ?? 0;
      const age = measure?.ageMs ?? null;
      if (age !== null) this.ages.observe(age / 1000);
      excess += bytes;
      if (bytes > 0) loads.push({ subscriber, bytes });
    }
    loads.sort((a, b) => b.bytes - a.bytes);
    const laggards = new Set<S>();
    for (const { subscriber, bytes } of loads) {
      if (excess <= 0) break;
      excess -= bytes;
      laggards.add(subscriber);
    }
    for (const subscriber of this.#held) {
      if (!laggards.has(subscriber)) this.#letGo(subscriber);
    }
    for (const subscriber of laggards) {
      if (!this.#held.has(subscriber)) this.#hold(subscriber);
    }
  }

  /** Someone is gone. */
  forget(subscriber: S): void {
    this.#held.delete(subscriber);
  }

  /** Measures all. */
  load(subscribers: Iterable<S>, now: number): Load {
    let bufferedBytes = 0;
    let late = 0;
    const ages: number[] = [];
    for (const subscriber of subscribers) {
      const measure = subscriber.measure?.(now);
      if (measure === undefined) continue;
      bufferedBytes += measure.bufferedBytes;
      if (measure.late) late += 1;
      if (measure.ageMs !== null) ages.push(measure.ageMs);
    }
    const acknowledging = ages.length;
    return { bufferedBytes, held: this.#held.size, acknowledging, late, ageMs: agesOf(ages) };
  }

  #hold(subscriber: S): void {
    this.#held.add(subscriber);
    this.#holds += 1;
    subscriber.hold?.(true);
  }

  #letGo(subscriber: S): void {
    this.#held.delete(subscriber);
    subscriber.hold?.(false);
  }
}
