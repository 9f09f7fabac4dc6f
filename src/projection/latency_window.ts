const SAMPLES = 1024;

/** The latencies of the last 1,024 operations, and their percentiles. */
export class LatencyWindow {
  readonly #samples = new Float64Array(SAMPLES);
  #count = 0;

  /** Adds a latency in milliseconds; the oldest falls out. */
  add(ms: number): void {
    this.#samples[this.#count % SAMPLES] = ms;
    this.#count++;
  }

  /** Nearest-rank percentiles in milliseconds; null where nothing was measured. */
  percentiles(): { readonly p50: number | null; readonly p99: number | null } {
    const size = Math.min(this.#count, SAMPLES);
    if (size === 0) return { p50: null, p99: null };
    const sorted = this.#samples.slice(0, size).sort();
    const at = (share: number) => round(sorted[Math.ceil(share * size) - 1] ?? 0);
    return { p50: at(0.5), p99: at(0.99) };
  }
}

/** Microseconds are as fine as the clock is. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
