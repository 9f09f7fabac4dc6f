/**
 * The snapshot: what the ledger says at a position, in the contract's words.
 *
 * Objects are built with their keys in the order of RFC 8785, so that plain `JSON.stringify` gives their
 * canonical text.
 */
import type { PeriodName } from "./day.ts";
import { startOfPeriod } from "./day.ts";
import type { KalshiAccount } from "./kalshi_account.ts";
import type { Ledger } from "./ledger.ts";
import { type Figures, figures, kalshiPnl, pendingSources } from "./metrics.ts";
import { formatMoney, formatOrNull, minus, type Money, plus } from "./money.ts";
import { marginPercent, trendPercent } from "./percent.ts";
import { observedCash, valuation } from "./reconciliation.ts";
import type { Snapshot } from "./snapshot_schema.ts";
import { backfillingSince } from "./sources.ts";

/** Where a snapshot stands. */
export interface SnapshotPlace {
  /** Version of the fold. */
  readonly version: number;
  /** Position of the last event folded. */
  readonly position: number;
  /** First instant of the window, and of the next. */
  readonly start: string;
  readonly end: string;
  readonly final: boolean;
}

/** Net P&L of earlier final snapshots, that trends are measured against; null where there is none. */
export interface TrendBases {
  /** Of the final before. */
  readonly prior: Money | null;
  /** Of the last final before the UTC day. */
  readonly day: Money | null;
}

/** What the fold knows of events that it could not fold. */
export interface Quarantined {
  readonly count: number;
  /** Position of the first; null where there is none. */
  readonly since: number | null;
}

/** A snapshot with the net P&L in it, and whether later trends may be measured against it. */
export interface Taken {
  readonly snapshot: Snapshot;
  readonly netPnl: Money;
  readonly isBase: boolean;
}

/** Takes a snapshot of the ledger. Pure: nothing but the arguments decides it. */
export function takeSnapshot(
  ledger: Ledger,
  place: SnapshotPlace,
  bases: TrendBases,
  quarantined: Quarantined,
): Taken {
  const amounts = figures(ledger);
  const pending = pendingSources(ledger);
  const backfilling = backfillingSince(ledger.sources);
  const snapshot: Snapshot = {
    components: {
      anthropic: anthropicComponent(ledger),
      kalshi: kalshiComponent(ledger),
      revenue: revenueComponent(ledger),
    },
    currency: "USD",
    metrics: metrics(amounts, bases, pending.length > 0),
    periods: {
      all: period(ledger, "all"),
      day: period(ledger, "day"),
      month: period(ledger, "month"),
      year: period(ledger, "year"),
    },
    position: place.position,
    quality: quality(ledger, pending, backfilling, quarantined),
    schema: "pnl.snapshot.v1",
    version: place.version,
    window: { end: place.end, final: place.final, start: place.start },
  };
  const isBase = backfilling === null && pending.length === 0;
  return { snapshot, netPnl: amounts.netPnl, isBase };
}

/** The canonical JSON (RFC 8785) of a snapshot that {@link takeSnapshot} took. */
export function snapshotJson(snapshot: Snapshot): string {
  return JSON.stringify(snapshot);
}

function metrics(amounts: Figures, bases: TrendBases, pending: boolean): Snapshot["metrics"] {
  const { netPnl, totalExpenses, totalRevenue } = amounts;
  return {
    dailyTrendPct: pending ? null : trendPercent(netPnl, bases.day),
    grossMarginPct: pending ? null : marginPercent(netPnl, totalRevenue),
    netPnl: formatMoney(netPnl),
    totalExpenses: formatMoney(totalExpenses),
    totalRevenue: formatMoney(totalRevenue),
    trendPct: pending ? null : trendPercent(netPnl, bases.prior),
  };
}

function period(ledger: Ledger, name: PeriodName): Snapshot["periods"]["day"] {
  const { account, day, spans } = ledger;
  const start = name === "all" ? null : startOfPeriod(name, day);
  const found = spans.figures(name, day);
  if (found === null) {
    return {
      expenses: null,
      grossMarginPct: null,
      netPnl: null,
      revenue: null,
      since: null,
      start,
    };
  }
  const revenue = plus(found.kalshi, found.collected);
  const net = minus(revenue, found.expenses);
  const since = found.since === "" ? account.firstFact : found.since;
  return {
    expenses: formatMoney(found.expenses),
    grossMarginPct: marginPercent(net, revenue),
    netPnl: formatMoney(net),
    revenue: formatMoney(revenue),
    since: since === "" ? null : since,
    start,
  };
}

function anthropicComponent(ledger: Ledger): Snapshot["components"]["anthropic"] {
  const { costs, day, spans } = ledger;
  return {
    adjustments: formatMoney(spans.costAdjustmentsOfDay(day)),
    dailySpend: formatOrNull(spans.costOfDay(day)),
    day,
    monthToDate: formatOrNull(spans.costOfMonth(day)),
    observedAt: costs.observedAt,
  };
}

function kalshiComponent(ledger: Ledger): Snapshot["components"]["kalshi"] {
  const { account, adjustments } = ledger;
  const valued = valuation(account);
  const cost = valued?.cost ?? null;
  return {
    adjustments: formatMoney(adjustments.kalshi),
    balance: formatOrNull(observedCash(account)),
    fees: formatMoney(account.fees),
    observedAt: observedAt(account),
    openPositions: account.openPositions,
    pnl: formatMoney(kalshiPnl(ledger)),
    portfolioValue: valued === null ? null : formatMoney(valued.value),
    realizedPnl: formatMoney(account.realized),
    unrealizedPnl: valued === null || cost === null ? null : formatMoney(minus(valued.value, cost)),
    unreconciled: unreconciled(ledger),
  };
}

function observedAt(account: KalshiAccount): string | null {
  return account.observedAt === "" ? null : account.observedAt;
}

function unreconciled(ledger: Ledger): Snapshot["components"]["kalshi"]["unreconciled"] {
  const { cash, realized } = ledger.reconciliation;
  if (!ledger.sources.kalshi.backfilled || (cash === null && realized === null)) return null;
  const [ofCash, ofRealized] = [cash?.at ?? "", realized?.at ?? ""];
  return {
    at: ofCash > ofRealized ? ofCash : ofRealized,
    cash: formatOrNull(cash?.amount ?? null),
    realizedPnl: formatOrNull(realized?.amount ?? null),
  };
}

function revenueComponent(ledger: Ledger): Snapshot["components"]["revenue"] {
  const { adjustments, revenue } = ledger;
  return {
    adjustments: formatMoney(adjustments.revenue),
    collected: revenue === null ? null : formatMoney(revenue.collected),
    invoiced: revenue === null ? null : formatMoney(revenue.invoiced),
    observedAt: revenue?.observedAt ?? null,
    outstanding: revenue === null ? null : formatMoney(minus(revenue.invoiced, revenue.collected)),
  };
}

function quality(
  ledger: Ledger,
  pending: string[],
  backfilling: number | null,
  quarantined: Quarantined,
): Snapshot["quality"] {
  let since = backfilling;
  // They stand in order of position.
  const [rejected] = ledger.rejections.values();
  if (rejected !== undefined) since = Math.min(since ?? Infinity, rejected);
  if (quarantined.since !== null) since = Math.min(since ?? Infinity, quarantined.since);
  return {
    complete: since === null,
    incompleteSince: since,
    late: ledger.account.late,
    pending,
    quarantined: quarantined.count,
    rejected: ledger.rejections.size,
  };
}
