/** The waterfall from revenue to net, as steps that add up to the last digit. */
import type { Breakdown } from "../pnl/breakdown.ts";
import { formatMoney, minus, type Money, parseMoney, plus, ZERO } from "../pnl/money.ts";

/** One bar: an amount that is added, or (`total`) what all before add up to. */
export interface Step {
  readonly label: string;
  readonly kind: "part" | "total";
  /** Whose part it is. */
  readonly of: "Kalshi" | "Revenue" | "Anthropic" | "Total";
  /** Dollars, signed: expenses and fees are negative. */
  readonly amount: string;
  /** What all up to this one add up to, dollars. */
  readonly running: string;
  /** As `/api/pnl/explain` names it. */
  readonly metric: string;
}

/** The steps, and whether they prove the totals. */
export interface Waterfall {
  readonly steps: readonly Step[];
  /** What the parts leave of each total, dollars; zero where all adds up. */
  readonly residual: { readonly totalRevenue: string; readonly netPnl: string };
  readonly adds: boolean;
}

type Part = Omit<Step, "kind" | "running">;

function negative(amount: string): string {
  return formatMoney(minus(ZERO, parseMoney(amount)));
}

function revenueParts({ kalshi, revenue }: Breakdown): Part[] {
  return [
    { label: "Realised", of: "Kalshi", amount: kalshi.realizedPnl, metric: "kalshi.realizedPnl" },
    { label: "Fees", of: "Kalshi", amount: negative(kalshi.fees), metric: "kalshi.fees" },
    {
      label: "Adjustments",
      of: "Kalshi",
      amount: kalshi.adjustments,
      metric: "kalshi.adjustments",
    },
    {
      label: "Collected",
      of: "Revenue",
      amount: revenue.collected,
      metric: "revenue.collected",
    },
    {
      label: "Adjustments",
      of: "Revenue",
      amount: revenue.adjustments,
      metric: "revenue.adjustments",
    },
  ];
}

function expenseParts({ anthropic }: Breakdown): Part[] {
  return [
    {
      label: "Day's cost",
      of: "Anthropic",
      amount: negative(anthropic.spend),
      metric: "anthropic.dailySpend",
    },
    {
      label: "Adjustments",
      of: "Anthropic",
      amount: negative(anthropic.adjustments),
      metric: "anthropic.adjustments",
    },
  ];
}

/** An adjustment of nothing is no step. */
function isShown({ label, amount }: Part): boolean {
  return label !== "Adjustments" || parseMoney(amount) !== ZERO;
}

/** Adds parts up from an amount. */
function climb(from: Money, parts: readonly Part[]): { steps: Step[]; top: Money } {
  let top = from;
  const steps = parts.filter(isShown).map((part): Step => {
    top = plus(top, parseMoney(part.amount));
    return { ...part, kind: "part", running: formatMoney(top) };
  });
  return { steps, top };
}

function total(label: string, metric: string, amount: string): Step {
  return { label, kind: "total", of: "Total", amount, running: amount, metric };
}

/** The steps of a breakdown. The totals are the server's own; the residuals say what the parts leave. */
export function waterfall(breakdown: Breakdown): Waterfall {
  const revenue = climb(ZERO, revenueParts(breakdown));
  const expenses = climb(revenue.top, expenseParts(breakdown));
  const residual = {
    totalRevenue: minus(parseMoney(breakdown.totalRevenue), revenue.top),
    netPnl: minus(parseMoney(breakdown.netPnl), expenses.top),
  };
  return {
    steps: [
      ...revenue.steps,
      total("Revenue", "totalRevenue", breakdown.totalRevenue),
      ...expenses.steps,
      total("Net P&L", "netPnl", breakdown.netPnl),
    ],
    residual: {
      totalRevenue: formatMoney(residual.totalRevenue),
      netPnl: formatMoney(residual.netPnl),
    },
    adds: residual.totalRevenue === ZERO && residual.netPnl === ZERO,
  };
}
