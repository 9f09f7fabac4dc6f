/** What is answered where no tier has anything: the read models of an empty log. */
import { breakdown } from "../pnl/breakdown.ts";
import { FOLD_VERSION, initialFold } from "../pnl/fold.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import type { Frame } from "./frame.ts";
import { pageJson } from "./history.ts";
import type { HistoryQuery, Projection } from "./projection.ts";
import { BREAKDOWN, CURRENT, parseHistoryKey } from "./read_model.ts";

/** A key that no read model has. */
export class UnknownReadModelError extends Error {
  readonly code = "unknown_read_model";
  constructor(readonly key: string) {
    super(`Cannot read ${JSON.stringify(key.slice(0, 80))}: there is no such read model`);
    this.name = "UnknownReadModelError";
  }
}

/**
 * JSON of a read model as an empty log has it. Its zeros are marked: nothing is complete, and `served`
 * says that it comes from no tier.
 *
 * @throws {UnknownReadModelError}
 */
export function defaultAnswer(key: string, windowMs: number): string {
  if (key === CURRENT) return JSON.stringify(emptySnapshot(windowMs));
  if (key === BREAKDOWN) return JSON.stringify(breakdown(initialFold(windowMs)));
  const query = parseHistoryKey(key);
  if (query !== null) return emptyPage(query);
  throw new UnknownReadModelError(key);
}

/** Of an empty log every range has few enough items for the finest resolution. */
function emptyPage({ resolution }: HistoryQuery): string {
  return pageJson({
    resolution: resolution === "auto" ? "raw" : resolution,
    first: null,
    items: [],
    nextCursor: null,
    closed: false,
  });
}

/**
 * Makes the frame of an empty log. Its JSON is made once; the epoch is asked for each time.
 *
 * @param projection whose epoch and window length it has
 */
export function emptyFrameOf(projection: Pick<Projection, "epoch" | "windowMs">): () => Frame {
  const json = defaultAnswer(CURRENT, projection.windowMs);
  return () => ({ epoch: projection.epoch, offset: 0, position: 0, final: false, json });
}

const ZERO = "0.00";

/** Keys in the order of RFC 8785, as the fold's own snapshots have them. */
function emptySnapshot(windowMs: number): Snapshot {
  const period = {
    expenses: null,
    grossMarginPct: null,
    netPnl: null,
    revenue: null,
    since: null,
    start: null,
  };
  return {
    components: emptyComponents(),
    currency: "USD",
    metrics: {
      dailyTrendPct: null,
      grossMarginPct: null,
      netPnl: ZERO,
      totalExpenses: ZERO,
      totalRevenue: ZERO,
      trendPct: null,
    },
    periods: { all: period, day: period, month: period, year: period },
    position: 0,
    quality: {
      complete: false,
      incompleteSince: null,
      late: 0,
      pending: [],
      quarantined: 0,
      rejected: 0,
    },
    schema: "pnl.snapshot.v1",
    version: FOLD_VERSION,
    window: {
      end: new Date(windowMs).toISOString(),
      final: false,
      start: new Date(0).toISOString(),
    },
  };
}

function emptyComponents(): Snapshot["components"] {
  return {
    anthropic: {
      adjustments: ZERO,
      dailySpend: null,
      day: null,
      monthToDate: null,
      observedAt: null,
    },
    kalshi: {
      adjustments: ZERO,
      balance: null,
      fees: ZERO,
      observedAt: null,
      openPositions: 0,
      pnl: ZERO,
      portfolioValue: null,
      realizedPnl: ZERO,
      unrealizedPnl: null,
      unreconciled: null,
    },
    revenue: {
      adjustments: ZERO,
      collected: null,
      invoiced: null,
      observedAt: null,
      outstanding: null,
    },
  };
}
