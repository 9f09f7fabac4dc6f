/** How much of the headline depends on each source. */
import { formatMoney, type Money, money, parseMoney, plus, ZERO } from "../../pnl/money.ts";
import { percent } from "../../pnl/percent.ts";
import type { Snapshot } from "../../pnl/snapshot_schema.ts";
import { type SourceName, SOURCES } from "../metrics.ts";

/** A source's part. */
export interface Weight {
  /** What it brings to revenue or to expenses, dollars. */
  readonly amount: string;
  /** Its size's share of the sizes of all parts, with two places; null where all are zero. */
  readonly share: string | null;
}

/** The parts of a snapshot's figures, and the sum of their sizes. */
export interface Weights {
  readonly total: string;
  readonly of: Readonly<Record<SourceName, Weight>>;
}

function size(amount: Money): Money {
  return money(amount < 0n ? -amount : amount);
}

/**
 * Total revenue is Kalshi's P&L and what was collected; total expenses are Anthropic's. A loss weighs as
 * much as a gain: sizes are compared.
 */
export function weightsOf(
  { components, metrics }: Pick<Snapshot, "components" | "metrics">,
): Weights {
  const { kalshi, revenue } = components;
  const parts: Readonly<Record<SourceName, Money>> = {
    kalshi: parseMoney(kalshi.pnl),
    anthropic: parseMoney(metrics.totalExpenses),
    revenue: plus(parseMoney(revenue.collected ?? "0"), parseMoney(revenue.adjustments)),
  };
  const total = SOURCES.reduce((sum, name) => plus(sum, size(parts[name])), ZERO);
  const weight = (name: SourceName): Weight => ({
    amount: formatMoney(parts[name]),
    share: percent(size(parts[name]), total),
  });
  return {
    total: formatMoney(total),
    of: { kalshi: weight("kalshi"), anthropic: weight("anthropic"), revenue: weight("revenue") },
  };
}
