/** Counts observations by how large they are. */

/** A histogram at a moment, as Prometheus has it: each bucket counts what is not above its bound. */
export interface HistogramCounts {
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  /** Of all observations. */
  readonly count: number;
  readonly sum: number;
}

/** A histogram with fixed buckets. An observation costs a few comparisons and nothing is kept of it. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  /** @param bounds upper bounds of the buckets, rising; what is above the last is counted without one */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Counts one. */
  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket++;
    this.#counts[bucket]! += 1;
    this.#sum += value;
  }

  /** The counts since the start. */
  read(): HistogramCounts {
    let count = 0;
    const buckets = this.#bounds.map((bound, index) => {
      count += this.#counts[index]!;
      return { bound, count };
    });
    return { buckets, count: count + this.#counts[this.#bounds.length]!, sum: this.#sum };
  }
}
