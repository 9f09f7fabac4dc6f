/** The shape of a sparkline: places of a drawing, no figures. Doubles are good enough for those. */

/** A figure at a time. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** A decimal string; null: not known then. */
  readonly value: string | null;
}

/** What there is to draw, and to say, of some samples. */
export interface SparkShape {
  /** The `d` of the line's path; it is broken where nothing was known. */
  readonly line: string;
  /** The same, closed down to the lowest value, for the area under it. */
  readonly area: string;
  /** Where the last value is; null where it is not known. */
  readonly end: { readonly x: number; readonly y: number } | null;
  readonly first: string;
  readonly last: string;
  readonly lowest: string;
  readonly highest: string;
}

/** The size of the drawing, in units of its own. */
export interface SparkSize {
  readonly width: number;
  readonly height: number;
  /** Kept free on all sides, for the line's thickness and the dot at its end. */
  readonly margin: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Fits samples into a drawing.
 *
 * @param samples in order of time
 * @returns null where fewer than two are known: that is no line
 */
export function sparkShape(samples: readonly Sample[], size: SparkSize): SparkShape | null {
  const known = samples.filter((sample): sample is Sample & { value: string } =>
    sample.value !== null
  );
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined || first === last) return null;
  const { lowest, highest } = extremes(known.map(({ value }) => value));
  const place = placer(size, [first.at, last.at], [Number(lowest), Number(highest)]);
  const runs = runsOf(samples, place);
  const tail = runs.at(-1)?.at(-1);
  return {
    line: runs.map(pathOf).join(""),
    area: runs.filter((run) => run.length > 1).map((run) => areaOf(run, size.height)).join(""),
    end: samples.at(-1)?.value === null || tail === undefined ? null : tail,
    first: first.value,
    last: last.value,
    lowest,
    highest,
  };
}

function extremes(values: readonly string[]): { lowest: string; highest: string } {
  let [lowest, highest] = [values[0] ?? "0", values[0] ?? "0"];
  for (const value of values) {
    if (Number(value) < Number(lowest)) lowest = value;
    if (Number(value) > Number(highest)) highest = value;
  }
  return { lowest, highest };
}

/** A line of equal values runs through the middle. */
function placer(
  { width, height, margin }: SparkSize,
  [from, to]: readonly [number, number],
  [low, high]: readonly [number, number],
): (at: number, value: number) => Place {
  const wide = width - 2 * margin;
  const tall = height - 2 * margin;
  const round = (length: number) => Math.round(length * 100) / 100;
  return (at, value) => ({
    x: round(margin + (to === from ? wide : (at - from) / (to - from) * wide)),
    y: round(margin + (high === low ? tall / 2 : (high - value) / (high - low) * tall)),
  });
}

function runsOf(
  samples: readonly Sample[],
  place: (at: number, value: number) => Place,
): Place[][] {
  const runs: Place[][] = [];
  let open = false;
  for (const { at, value } of samples) {
    if (value !== null) {
      if (!open) runs.push([]);
      runs.at(-1)?.push(place(at, Number(value)));
    }
    open = value !== null;
  }
  return runs;
}

function pathOf(run: readonly Place[]): string {
  return run.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
}

function areaOf(run: readonly Place[], floor: number): string {
  return `${pathOf(run)}L${run.at(-1)?.x} ${floor}L${run[0]?.x} ${floor}Z`;
}
