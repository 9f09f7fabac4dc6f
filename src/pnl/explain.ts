/**
 * How a number came about: the formula, its inputs, theirs, down to the events. Nothing is computed here
 * that the snapshot, the breakdown or the ledger does not have; it is put in order and named.
 */
import type { PeriodName } from "./day.ts";
import {
  explainCollected,
  explainCostAdjustments,
  explainDailySpend,
  explainInvoiced,
  explainMonthToDate,
  explainOutstanding,
  explainRevenueAdjustments,
} from "./explain_costs.ts";
import {
  explainBalance,
  explainFees,
  explainKalshiAdjustments,
  explainPnl,
  explainPortfolioValue,
  explainRealized,
  explainUnrealized,
} from "./explain_kalshi.ts";
import { derived, type ExplainedNode, leaf, signed } from "./explain_node.ts";
import { explainPeriod, NO_MARGIN, type PeriodFigure } from "./explain_periods.ts";
import { explainCashDifference, explainRealizedDifference } from "./explain_unreconciled.ts";
import { currentSnapshot, type Fold } from "./fold.ts";
import type { Ledger } from "./ledger.ts";
import { formatMoney, type Money } from "./money.ts";
import type { Snapshot } from "./snapshot_schema.ts";

/** The final snapshot that a trend is measured against. */
export interface TrendBase {
  readonly position: number;
  /** Of its window, UTC. */
  readonly start: string;
  readonly end: string;
}

/** The bases of both trends; null where they were not found. */
export interface ExplainedBases {
  readonly prior: TrendBase | null;
  readonly day: TrendBase | null;
}

/** What an explanation is made from. */
interface Source {
  readonly fold: Fold;
  readonly ledger: Ledger;
  readonly snapshot: Snapshot;
  readonly bases: ExplainedBases;
}

const HEADLINE = {
  netPnl: explainNet,
  totalRevenue: explainRevenue,
  totalExpenses: explainExpenses,
  grossMarginPct: explainMargin,
  trendPct: (source: Source) => explainTrend(source, "trendPct"),
  dailyTrendPct: (source: Source) => explainTrend(source, "dailyTrendPct"),
};

type Component = (ledger: Ledger, components: Snapshot["components"]) => ExplainedNode;

const COMPONENTS = {
  "kalshi.pnl": (ledger, { kalshi }) => explainPnl(ledger, kalshi),
  "kalshi.realizedPnl": (ledger, { kalshi }) => explainRealized(ledger, kalshi),
  "kalshi.fees": (ledger, { kalshi }) => explainFees(ledger, kalshi),
  "kalshi.adjustments": (_, { kalshi }) => explainKalshiAdjustments(kalshi),
  "kalshi.unrealizedPnl": (ledger, { kalshi }) => explainUnrealized(ledger, kalshi),
  "kalshi.balance": (ledger, { kalshi }) => explainBalance(ledger, kalshi),
  "kalshi.portfolioValue": (ledger, { kalshi }) => explainPortfolioValue(ledger, kalshi),
  "kalshi.unreconciled.cash": (ledger, { kalshi }) => explainCashDifference(ledger, kalshi),
  "kalshi.unreconciled.realizedPnl": (ledger, { kalshi }) =>
    explainRealizedDifference(ledger, kalshi),
  "anthropic.dailySpend": (ledger, { anthropic }) => explainDailySpend(ledger, anthropic),
  "anthropic.monthToDate": (ledger, { anthropic }) => explainMonthToDate(ledger, anthropic),
  "anthropic.adjustments": (ledger, { anthropic }) => explainCostAdjustments(ledger, anthropic),
  "revenue.collected": (_, { revenue }) => explainCollected(revenue),
  "revenue.invoiced": (_, { revenue }) => explainInvoiced(revenue),
  "revenue.outstanding": (_, { revenue }) => explainOutstanding(revenue),
  "revenue.adjustments": (_, { revenue }) => explainRevenueAdjustments(revenue),
} satisfies Record<string, Component>;

const PERIODS: readonly PeriodName[] = ["day", "month", "year", "all"];
const FIGURES: readonly PeriodFigure[] = ["revenue", "expenses", "netPnl", "grossMarginPct"];

/** A number that can be explained. */
export type ExplainedMetric =
  | keyof typeof HEADLINE
  | keyof typeof COMPONENTS
  | `periods.${PeriodName}.${PeriodFigure}`;

/** All numbers that can be explained. */
export const EXPLAINED_METRICS: readonly ExplainedMetric[] = [
  ...Object.keys(HEADLINE) as (keyof typeof HEADLINE)[],
  ...Object.keys(COMPONENTS) as (keyof typeof COMPONENTS)[],
  ...PERIODS.flatMap((period) => FIGURES.map((figure) => `periods.${period}.${figure}` as const)),
];

/** In what a metric is told. */
export function unitOf(metric: ExplainedMetric): "USD" | "percent" {
  return metric.endsWith("Pct") ? "percent" : "USD";
}

/**
 * Explains a number as it is at the fold's position.
 *
 * @param bases what the trends are measured against; only they need it
 * @returns null before the first event
 */
export function explain(
  fold: Fold,
  metric: ExplainedMetric,
  bases: ExplainedBases,
): ExplainedNode | null {
  const snapshot = currentSnapshot(fold);
  if (snapshot === null) return null;
  const { ledger } = fold;
  if (isHeadline(metric)) return HEADLINE[metric]({ fold, ledger, snapshot, bases });
  if (isComponent(metric)) return COMPONENTS[metric](ledger, snapshot.components);
  const [, period, figure] = metric.split(".") as [string, PeriodName, PeriodFigure];
  return explainPeriod(ledger, period, figure, snapshot.periods[period]);
}

function isHeadline(metric: ExplainedMetric): metric is keyof typeof HEADLINE {
  return Object.hasOwn(HEADLINE, metric);
}

function isComponent(metric: ExplainedMetric): metric is keyof typeof COMPONENTS {
  return Object.hasOwn(COMPONENTS, metric);
}

function explainRevenue({ ledger, snapshot }: Source): ExplainedNode {
  const { components, metrics } = snapshot;
  return signed({ name: "totalRevenue", label: "Total revenue" }, metrics.totalRevenue, [
    ["+", explainPnl(ledger, components.kalshi)],
    ["+", explainCollected(components.revenue)],
    ["+", explainRevenueAdjustments(components.revenue)],
  ]);
}

function explainExpenses({ ledger, snapshot }: Source): ExplainedNode {
  const { components, metrics } = snapshot;
  return signed({ name: "totalExpenses", label: "Total expenses" }, metrics.totalExpenses, [
    ["+", explainDailySpend(ledger, components.anthropic)],
    ["+", explainCostAdjustments(ledger, components.anthropic)],
  ]);
}

function explainNet(source: Source): ExplainedNode {
  return signed({ name: "netPnl", label: "Net P&L" }, source.snapshot.metrics.netPnl, [
    ["+", explainRevenue(source)],
    ["−", explainExpenses(source)],
  ]);
}

/** Why margin and trends are not told; null where nothing is pending. */
function pendingNote({ quality }: Snapshot): string | null {
  const { pending } = quality;
  return pending.length === 0 ? null : `Not known yet: ${pending.join(", ")} is awaited.`;
}

function explainMargin(source: Source): ExplainedNode {
  const { metrics } = source.snapshot;
  const value = metrics.grossMarginPct;
  const note = value === null ? pendingNote(source.snapshot) ?? NO_MARGIN : null;
  return derived(
    { name: "grossMarginPct", label: "Gross margin", note },
    value,
    "netPnl ÷ totalRevenue × 100",
    [explainNet(source), explainRevenue(source)],
  );
}

function explainTrend(source: Source, name: "trendPct" | "dailyTrendPct"): ExplainedNode {
  const { fold, bases, snapshot } = source;
  const daily = name === "dailyTrendPct";
  const base = daily
    ? baseNode("dailyTrend.base", fold.priorDay, bases.day)
    : baseNode("trend.base", fold.prior, bases.prior);
  const value = snapshot.metrics[name];
  const none = base.value === null
    ? `No final snapshot ${daily ? "before this UTC day" : "so far"} can be measured against.`
    : "None against a base of zero.";
  return derived(
    {
      name,
      label: daily ? "Daily trend" : "Trend",
      note: value === null ? pendingNote(snapshot) ?? none : null,
    },
    value,
    `(netPnl − ${base.name}) ÷ |${base.name}| × 100`,
    [explainNet(source), base],
  );
}

function baseNode(name: string, amount: Money | null, base: TrendBase | null): ExplainedNode {
  if (amount === null) return leaf({ name, label: "No base" }, null, null);
  if (base === null) {
    const note = "The window could not be found among the final snapshots.";
    return leaf({ name, label: "Net P&L of an earlier window", note }, formatMoney(amount), null);
  }
  const { position, start, end } = base;
  const head = {
    name,
    label: `Net P&L of the window that ended at ${end}`,
    note: `The final snapshot at position ${position}, of the window from ${start} to ${end}.`,
  };
  return leaf(head, formatMoney(amount), { position });
}
