/** The figures of a snapshot that a rule may name, and when they count as known. */
import { SNAPSHOT, type Snapshot } from "../pnl/snapshot_schema.ts";
import { SOURCE_NAMES, type SourceName } from "../pnl/sources.ts";

const { metrics, components, periods } = SNAPSHOT.shape;

/** What a component holds beside its figures. */
const NO_FIGURES: ReadonlySet<string> = new Set(["day", "observedAt", "unreconciled"]);

/** What a period holds beside its figures. */
const NO_PERIOD_FIGURES: ReadonlySet<string> = new Set(["start", "since"]);

/** A figure: where it stands, and the sources that it is made of. */
interface Figure {
  readonly sources: readonly SourceName[];
  read(snapshot: Snapshot): string | number | null;
}

type Entry = readonly [name: string, figure: Figure];

/** A member by name, of an object that has it as the schema says. */
function member(of: object, name: string): string | number | null {
  const value: unknown = Reflect.get(of, name);
  return typeof value === "string" || typeof value === "number" ? value : null;
}

function metricFigures(): Entry[] {
  return Object.keys(metrics.shape).map((name) => [
    name,
    {
      sources: name === "totalRevenue"
        ? ["kalshi", "revenue"]
        : name === "totalExpenses"
        ? ["anthropic"]
        : SOURCE_NAMES,
      read: (snapshot) => member(snapshot.metrics, name),
    },
  ]);
}

function componentFigures(): Entry[] {
  return SOURCE_NAMES.flatMap((source) =>
    Object.keys(components.shape[source].shape).filter((name) => !NO_FIGURES.has(name))
      .map((name): Entry => [`${source}.${name}`, {
        sources: [source],
        read: (snapshot) => member(snapshot.components[source], name),
      }])
  );
}

function periodFigures(): Entry[] {
  return (["day", "month", "year", "all"] as const).flatMap((period) =>
    Object.keys(periods.shape[period].shape).filter((name) => !NO_PERIOD_FIGURES.has(name))
      .map((name): Entry => [`${period}.${name}`, {
        sources: SOURCE_NAMES,
        read: (snapshot) => member(snapshot.periods[period], name),
      }])
  );
}

const FIGURES: ReadonlyMap<string, Figure> = new Map([
  ...metricFigures(),
  ...componentFigures(),
  ...periodFigures(),
]);

/** Their names: `netPnl`, `kalshi.balance`, `day.netPnl`. */
export const FIGURE_NAMES: readonly string[] = [...FIGURES.keys()];

/**
 * A figure as decimal text. Null where it is not known: the figure is null, the snapshot is of an empty
 * log or not complete, or a source that the figure is made of is pending.
 */
export function figureOf(snapshot: Snapshot, name: string): string | null {
  const figure = FIGURES.get(name);
  const { quality, position } = snapshot;
  if (figure === undefined || position === 0 || !quality.complete) return null;
  if (figure.sources.some((source) => quality.pending.includes(source))) return null;
  const value = figure.read(snapshot);
  return value === null ? null : String(value);
}
