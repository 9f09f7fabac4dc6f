/** How the figures of Anthropic's costs and of the billing service came about. */
import { anthropicBreakdown } from "./breakdown.ts";
import { corrections, type ExplainedNode, leaf, signed, sum } from "./explain_node.ts";
import { startOfDay } from "./day.ts";
import type { Ledger } from "./ledger.ts";
import type { Snapshot } from "./snapshot_schema.ts";

type Anthropic = Snapshot["components"]["anthropic"];
type Revenue = Snapshot["components"]["revenue"];

const COST = { type: "pnl.anthropic.cost.observed.v1" } as const;
const TOTALS = { type: "pnl.revenue.totals.observed.v1" } as const;

/** Cost of the current day, by description. */
export function explainDailySpend(ledger: Ledger, { dailySpend }: Anthropic): ExplainedNode {
  const { day } = ledger;
  const rows = dailySpend === null ? [] : anthropicBreakdown(ledger).byDescription;
  const inputs = rows.map(({ description, amount }) =>
    leaf(
      {
        name: description === null ? "description" : `description:${description}`,
        label: description ?? "Not described yet",
      },
      amount,
      null,
    )
  );
  const note = dailySpend === null
    ? `No cost of ${day} has been observed yet.`
    : `Of ${day}; the last observation counts.`;
  const head = { name: "anthropic.dailySpend", label: "Anthropic, cost of the UTC day", note };
  return sum(head, dailySpend, inputs, { ...COST, subject: day });
}

/** Costs of the current month, by day. */
export function explainMonthToDate(ledger: Ledger, anthropic: Anthropic): ExplainedNode {
  const { monthToDate } = anthropic;
  const days = monthToDate === null ? [] : anthropicBreakdown(ledger).days;
  const inputs = days.map((row) =>
    leaf({ name: `day:${row.day}`, label: row.day }, row.amount, { ...COST, subject: row.day })
  );
  const note = monthToDate === null
    ? `No cost of the month of ${ledger.day} has been observed yet.`
    : "Corrections are not part of it.";
  const head = { name: "anthropic.monthToDate", label: "Anthropic, month to date", note };
  return sum(head, monthToDate, inputs);
}

/** Corrections of the current day's costs. */
export function explainCostAdjustments(
  { day }: Ledger,
  { adjustments }: Anthropic,
): ExplainedNode {
  return leaf(
    { name: "anthropic.adjustments", label: `Corrections of the costs of ${day}` },
    adjustments,
    corrections("anthropic", { from: startOfDay(day), to: dayAfter(day) }),
  );
}

/** First instant of the UTC day after a day. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(startOfDay(day)) + 86_400_000).toISOString();
}

const LAST = "The last observation counts.";
const NONE = "No totals have been observed yet.";

/** What was collected, as the billing service said last. */
export function explainCollected({ collected }: Revenue): ExplainedNode {
  const note = collected === null ? NONE : LAST;
  return leaf({ name: "revenue.collected", label: "Collected", note }, collected, TOTALS);
}

/** What was invoiced, as the billing service said last. */
export function explainInvoiced({ invoiced }: Revenue): ExplainedNode {
  const note = invoiced === null ? NONE : LAST;
  return leaf({ name: "revenue.invoiced", label: "Invoiced", note }, invoiced, TOTALS);
}

/** What was invoiced and not collected. */
export function explainOutstanding(revenue: Revenue): ExplainedNode {
  return signed({ name: "revenue.outstanding", label: "Outstanding" }, revenue.outstanding, [
    ["+", explainInvoiced(revenue)],
    ["−", explainCollected(revenue)],
  ]);
}

/** Corrections of what was collected. */
export function explainRevenueAdjustments({ adjustments }: Revenue): ExplainedNode {
  const head = { name: "revenue.adjustments", label: "Corrections of what was collected" };
  return leaf(head, adjustments, corrections("revenue"));
}
