/** What a test run counted. */

/** Numbers of tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** No test at all. */
export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

/** The sums of two counts. */
export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[0-9;]*m/g;
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed([^\n]*)/gm;

/** Reads the closing summary of `deno test`; null where the output holds none. */
export function countsOf(output: string): Counts | null {
  const last = [...output.replaceAll(COLOURS, "").matchAll(SUMMARY)].at(-1);
  if (last === undefined) return null;
  const ignored = /\| (\d+) ignored/.exec(last[3] ?? "");
  return { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(ignored?.[1] ?? 0) };
}

/** How many tests a filter left out, by the closing summary of `deno test`. */
export function filteredOut(output: string): number {
  const said = [...output.replaceAll(COLOURS, "").matchAll(/\| (\d+) filtered out/g)].at(-1);
  return Number(said?.[1] ?? 0);
}

/** The line that a run ends with. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
