/** Which figures an event moves. The fold decides it; this is where a reader of an event may look. */
import type { EventType, RecordedEvent } from "../../pnl/event.ts";
import type { ExplainedMetric } from "../../pnl/explain.ts";

/** Figures that are told of an event, as the page calls them. */
const LABELS = {
  netPnl: "Net P&L",
  totalRevenue: "Revenue",
  totalExpenses: "Expenses",
  "kalshi.pnl": "Kalshi P&L",
  "kalshi.realizedPnl": "Kalshi realised P&L",
  "kalshi.fees": "Kalshi fees",
  "kalshi.adjustments": "Kalshi corrections",
  "kalshi.balance": "Kalshi cash",
  "kalshi.portfolioValue": "Kalshi value of positions",
  "kalshi.unrealizedPnl": "Kalshi unrealised P&L",
  "kalshi.unreconciled.cash": "Kalshi unreconciled cash",
  "kalshi.unreconciled.realizedPnl": "Kalshi unreconciled P&L",
  "anthropic.dailySpend": "Anthropic cost of the day",
  "anthropic.monthToDate": "Anthropic cost of the month",
  "anthropic.adjustments": "Anthropic corrections",
  "revenue.collected": "Collected revenue",
  "revenue.invoiced": "Invoiced revenue",
  "revenue.outstanding": "Outstanding revenue",
  "revenue.adjustments": "Revenue corrections",
} as const satisfies Partial<Record<ExplainedMetric, string>>;

/** A figure that an event may move; all of them are dollars. */
export type MovedMetric = keyof typeof LABELS;

const TRADE: readonly MovedMetric[] = [
  "netPnl",
  "totalRevenue",
  "kalshi.pnl",
  "kalshi.realizedPnl",
  "kalshi.fees",
];
const TRANSFER: readonly MovedMetric[] = ["kalshi.unreconciled.cash"];
const NOTHING: readonly MovedMetric[] = [];

const MOVES: Readonly<Record<EventType, readonly MovedMetric[]>> = {
  "pnl.kalshi.fill.recorded.v1": TRADE,
  "pnl.kalshi.settlement.recorded.v1": TRADE,
  "pnl.kalshi.deposit.recorded.v1": TRANSFER,
  "pnl.kalshi.withdrawal.recorded.v1": TRANSFER,
  "pnl.kalshi.cash.observed.v1": ["kalshi.balance", "kalshi.unreconciled.cash"],
  "pnl.kalshi.portfolio.valued.v1": ["kalshi.portfolioValue", "kalshi.unrealizedPnl"],
  "pnl.kalshi.positions.observed.v1": ["kalshi.unreconciled.realizedPnl"],
  "pnl.anthropic.cost.observed.v1": [
    "netPnl",
    "totalExpenses",
    "anthropic.dailySpend",
    "anthropic.monthToDate",
  ],
  "pnl.revenue.totals.observed.v1": [
    "netPnl",
    "totalRevenue",
    "revenue.collected",
    "revenue.invoiced",
    "revenue.outstanding",
  ],
  "pnl.source.bound.v1": NOTHING,
  "pnl.source.backfilled.v1": NOTHING,
  "pnl.source.degraded.v1": NOTHING,
  "pnl.source.recovered.v1": NOTHING,
  "pnl.source.rejected.v1": NOTHING,
  "pnl.source.accepted.v1": NOTHING,
  // With the day its cost begins anew.
  "pnl.clock.day-started.v1": ["netPnl", "totalExpenses", "anthropic.dailySpend"],
  "pnl.adjustment.recorded.v1": ["netPnl"],
};

const ADJUSTED: Readonly<Record<string, readonly MovedMetric[]>> = {
  kalshi: ["netPnl", "totalRevenue", "kalshi.pnl", "kalshi.adjustments"],
  anthropic: ["netPnl", "totalExpenses", "anthropic.adjustments"],
  revenue: ["netPnl", "totalRevenue", "revenue.adjustments"],
};

/** The figures that an event may move, the widest first; none for what only says how things are. */
export function movedBy(event: RecordedEvent): readonly MovedMetric[] {
  if (event.type === "pnl.adjustment.recorded.v1") {
    return ADJUSTED[event.data.component] ?? MOVES[event.type];
  }
  return Object.hasOwn(MOVES, event.type) ? MOVES[event.type] : NOTHING;
}

/** What the page calls a figure. */
export function movedLabel(metric: MovedMetric): string {
  return LABELS[metric];
}

/** True for a figure of which more is no gain. */
export function isCost(metric: MovedMetric): boolean {
  return metric === "kalshi.fees" || metric === "totalExpenses" || metric.startsWith("anthropic.");
}
