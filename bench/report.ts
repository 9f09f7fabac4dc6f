/** How the benchmarks measure and print: medians, ratios of one run, and the limit each is held to. */

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The nearest-rank quantile `q` (0 to 1) of some figures. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? sorted[0];
  if (value === undefined) throw new RangeError("No figures to take a quantile of");
  return value;
}

/** Milliseconds that a piece of work takes. */
export function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** A limit that a ratio or a figure is held to. */
export interface Limit {
  readonly at: "least" | "most";
  readonly value: number;
}

let missed = 0;

/** Prints one result; where there is a limit, also whether it holds. */
export function report(
  name: string,
  value: number,
  unit: string,
  detail: string,
  limit?: Limit,
): void {
  const shown = `${value >= 100 ? value.toFixed(0) : value.toFixed(2)}${unit}`;
  let verdict = "";
  if (limit !== undefined) {
    const holds = limit.at === "least" ? value >= limit.value : value <= limit.value;
    if (!holds) missed += 1;
    verdict = `${holds ? "ok  " : "MISS"} (${
      limit.at === "least" ? "≥" : "≤"
    } ${limit.value}${unit})`;
  }
  console.log(`  ${name.padEnd(44)} ${shown.padStart(12)}  ${verdict.padEnd(20)} ${detail}`);
}

/** Events a second, for reading. */
export function rate(events: number, ms: number): string {
  return `${Math.round(events / (ms / 1000)).toLocaleString("en-US")}/s`;
}

/** How many results missed their limit so far. */
export function missedLimits(): number {
  return missed;
}
