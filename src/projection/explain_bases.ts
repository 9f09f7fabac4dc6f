/** Which final snapshots the trends are measured against: the fold keeps their net P&L alone. */
import type { EventLog } from "../log/event_log.ts";
import type { ExplainedBases, TrendBase } from "../pnl/explain.ts";
import type { Fold } from "../pnl/fold.ts";
import { formatMoney, type Money } from "../pnl/money.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import type { Frame } from "./frame.ts";

/** Finals looked at for a base, newest first: more stand before it only while something was long awaited. */
const MAX_FINALS = 1_000;
const PAGE = 50;
/** Starts of sources and ends of their reading from the beginning that are looked at. */
const MAX_STARTS = 1_000;

/** Where the stored finals are found. */
export interface FinalsBefore {
  /** Stored finals at positions below this one, newest first. */
  finalsBefore(position: number, limit: number): readonly Frame[];
}

/** From when to when a source was read from its beginning; positions. */
type Reading = readonly [from: number, to: number];

/** The bases of a fold's trends, by the same rule as the fold has; null where they are not among the finals. */
export function findBases(finals: FinalsBefore, log: EventLog, fold: Fold): ExplainedBases {
  if (fold.prior === null) return { prior: null, day: null };
  const readings = firstReadings(log, fold.position);
  const { prior, priorDay } = fold;
  return {
    prior: findBase(finals, readings, fold.position, prior),
    day: priorDay === null ? null : findBase(finals, readings, dayStart(log, fold), priorDay),
  };
}

/** Position of the event that began the fold's UTC day. */
function dayStart(log: EventLog, { ledger, position }: Fold): number {
  const type = "pnl.clock.day-started.v1";
  return log.extent({ type, subject: ledger.day, to: position, limit: 1 }).first;
}

function findBase(
  finals: FinalsBefore,
  readings: readonly Reading[],
  below: number,
  netPnl: Money,
): TrendBase | null {
  let before = below;
  for (let looked = 0; looked < MAX_FINALS; looked += PAGE) {
    const page = finals.finalsBefore(before, PAGE);
    for (const { position, json } of page) {
      const snapshot: Snapshot = JSON.parse(json);
      const partial = readings.some(([from, to]) => position >= from && position < to);
      if (partial || snapshot.quality.pending.length > 0) continue;
      if (snapshot.metrics.netPnl !== formatMoney(netPnl)) return null;
      return { position, start: snapshot.window.start, end: snapshot.window.end };
    }
    before = page.at(-1)?.position ?? 0;
    if (page.length < PAGE) return null;
  }
  return null;
}

/** When each source was read from its beginning for the first time; without an end where it still is. */
function firstReadings(log: EventLog, to: number): Reading[] {
  const firsts = (type: "pnl.source.bound.v1" | "pnl.source.backfilled.v1") => {
    const positions = new Map<string, number>();
    for (const { position, line } of log.read({ type, to, limit: MAX_STARTS })) {
      const { subject }: { subject: string } = JSON.parse(line);
      if (!positions.has(subject)) positions.set(subject, position);
    }
    return positions;
  };
  const ends = firsts("pnl.source.backfilled.v1");
  return [...firsts("pnl.source.bound.v1")]
    .filter(([subject]) => ["kalshi", "anthropic", "revenue"].includes(subject))
    .map(([subject, from]) => [from, ends.get(subject) ?? Infinity]);
}
