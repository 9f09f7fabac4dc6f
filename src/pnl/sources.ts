/** What the log says about its sources: bound, backfilled, rejected rows. */

/** The sources whose figures the fold needs, in the order in which they are named. */
export const SOURCE_NAMES = ["kalshi", "anthropic", "revenue"] as const;

/** The name of a source. */
export type SourceName = (typeof SOURCE_NAMES)[number];

/** A source as the log's events show it. */
export interface SourceState {
  /** Position of its `source.bound`; 0 while unbound. */
  boundAt: number;
  /** First UTC day it is read from, where it is bounded. */
  since: string | null;
  /** It has been read from its beginning. */
  backfilled: boolean;
}

/** Every source. */
export type Sources = Readonly<Record<SourceName, SourceState>>;

/** No source is bound. */
export function emptySources(): Sources {
  const empty = (): SourceState => ({ boundAt: 0, since: null, backfilled: false });
  return { kalshi: empty(), anthropic: empty(), revenue: empty() };
}

/** The source that a `source.*` event's subject names; undefined where the fold needs none of it. */
export function sourceNamed(sources: Sources, subject: string): SourceState | undefined {
  return subject === "kalshi" || subject === "anthropic" || subject === "revenue"
    ? sources[subject]
    : undefined;
}

/** Position since which a bound source is being read from its beginning; null where none is. */
export function backfillingSince(sources: Sources): number | null {
  let since: number | null = null;
  for (const name of SOURCE_NAMES) {
    const { boundAt, backfilled } = sources[name];
    if (boundAt > 0 && !backfilled && (since === null || boundAt < since)) since = boundAt;
  }
  return since;
}
