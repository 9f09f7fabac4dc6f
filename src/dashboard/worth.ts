/** What a figure is worth now, and what is to be said of it. */
import type { DeliveredSnapshot } from "../client/delivered.ts";
import type { PnlStoreState } from "../client/store.ts";
import { ageText, signOf } from "./format.ts";
import { type MetricName, METRICS, SOURCE_LABELS, type SourceName } from "./metrics.ts";
import { hrefOf } from "./route.ts";

/**
 * `default`: no figure at all, the log is empty. `stale`: the line is cut, or a source that it depends on
 * does not answer. `delayed`: asked for now and then, paused, or not confirmed to be the newest.
 */
export type Worth = "live" | "delayed" | "stale" | "default";

/** Worth of figures that depend on some sources. */
export function worthOf(
  status: PnlStoreState["status"],
  served: DeliveredSnapshot["served"],
  sources: readonly SourceName[],
): Worth {
  if (served.from === "default") return "default";
  if (status !== "live" && status !== "polling" && status !== "paused") return "stale";
  if (sources.some((name) => served.stale.includes(name))) return "stale";
  return served.confirmed && status === "live" ? "live" : "delayed";
}

/** Something that a reader of a figure has to know. */
export interface Note {
  readonly text: string;
  /** Where more is said. */
  readonly href: string;
}

const PENDING: Readonly<Record<SourceName, string>> = {
  kalshi: "Pending: Kalshi is still being read from its beginning",
  anthropic: "Pending: Anthropic's cost of this UTC day is not known yet",
  revenue: "Pending: the totals of revenue are not known yet",
};

/** How old a source that does not answer is by itself: the age of the snapshot is another. */
function silence(source: SourceName, served: DeliveredSnapshot["served"], sinceMs: number): string {
  const age = served.sources[source]?.dataAgeMs ?? null;
  const read = age === null ? "never read" : `read ${ageText(age + sinceMs)} ago`;
  return `${SOURCE_LABELS[source]} does not answer: ${read}`;
}

/**
 * What is to be said of a metric of a snapshot; empty where all is well.
 *
 * @param sinceMs how long ago the snapshot was sent, milliseconds
 */
export function notesOn(name: MetricName, snapshot: DeliveredSnapshot, sinceMs = 0): Note[] {
  const { quality, served } = snapshot;
  const { sources } = METRICS[name];
  const ofSources = sources.flatMap((source): Note[] => {
    const href = hrefOf("sources");
    if (served.notConfigured.includes(source)) {
      return [{ text: `Without ${SOURCE_LABELS[source]}: not configured`, href }];
    }
    return [
      ...(quality.pending.includes(source) ? [{ text: PENDING[source], href }] : []),
      ...(served.stale.includes(source) ? [{ text: silence(source, served, sinceMs), href }] : []),
    ];
  });
  const incomplete = quality.incompleteSince === null ? [] : [{
    text: `Incomplete since event ${quality.incompleteSince}`,
    href: hrefOf("events", String(quality.incompleteSince)),
  }];
  return [...ofSources, ...incomplete, ...unreconciled(snapshot, sources)];
}

function unreconciled(snapshot: DeliveredSnapshot, sources: readonly SourceName[]): Note[] {
  const found = snapshot.components.kalshi.unreconciled;
  if (found === null || !sources.includes("kalshi")) return [];
  const names = (["cash", "realizedPnl"] as const).filter((name) => signOf(found[name]) !== 0);
  return names.map((name) => ({
    text: name === "cash" ? "Kalshi's cash is not reconciled" : "Kalshi's P&L is not reconciled",
    href: hrefOf("explain", `kalshi.unreconciled.${name}`, { at: String(snapshot.position) }),
  }));
}
