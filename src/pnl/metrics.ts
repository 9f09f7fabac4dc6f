/**
 * The business's own figures, from the ledger.
 *
 * Total revenue = Kalshi P&L + collected revenue. Total expenses = Anthropic's cost of the current UTC
 * day. Corrections by an operator are part of their component.
 */
import type { Ledger } from "./ledger.ts";
import { minus, type Money, plus, ZERO } from "./money.ts";
import type { SourceName } from "./sources.ts";

/** The amounts behind the six metrics. */
export interface Figures {
  readonly totalRevenue: Money;
  readonly totalExpenses: Money;
  readonly netPnl: Money;
}

/** Kalshi P&L: realised less fees, with corrections. */
export function kalshiPnl(ledger: Ledger): Money {
  const { realized, fees } = ledger.account;
  return plus(minus(realized, fees), ledger.adjustments.kalshi);
}

/** The figures of the ledger as it stands. */
export function figures(ledger: Ledger): Figures {
  const collected = plus(ledger.revenue?.collected ?? ZERO, ledger.adjustments.revenue);
  const totalRevenue = plus(kalshiPnl(ledger), collected);
  const totalExpenses = plus(
    ledger.spans.costOfDay(ledger.day) ?? ZERO,
    ledger.spans.costAdjustmentsOfDay(ledger.day),
  );
  return { totalRevenue, totalExpenses, netPnl: minus(totalRevenue, totalExpenses) };
}

/**
 * The bound sources of which something needed is not known yet: Kalshi until it has been read from its
 * beginning, Anthropic until a cost of the current UTC day, revenue until its first totals.
 */
export function pendingSources(ledger: Ledger): SourceName[] {
  const { kalshi, anthropic, revenue } = ledger.sources;
  const pending: SourceName[] = [];
  if (kalshi.boundAt > 0 && !kalshi.backfilled) pending.push("kalshi");
  if (anthropic.boundAt > 0 && ledger.spans.costOfDay(ledger.day) === null) {
    pending.push("anthropic");
  }
  if (revenue.boundAt > 0 && ledger.revenue === null) pending.push("revenue");
  return pending;
}
