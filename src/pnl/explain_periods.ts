/** How the figures of a period came about: revenue and expenses over the same span. */
import { monthOf, type PeriodName, yearOf } from "./day.ts";
import { dayAfter } from "./explain_costs.ts";
import {
  corrections,
  derived,
  type EventsBehind,
  type ExplainedNode,
  group,
  leaf,
  signed,
} from "./explain_node.ts";
import type { Ledger } from "./ledger.ts";
import { formatMoney } from "./money.ts";
import type { Snapshot } from "./snapshot_schema.ts";
import type { SpanFigures } from "./spans.ts";

/** The figures of a period. */
export type PeriodFigure = "revenue" | "expenses" | "netPnl" | "grossMarginPct";

const UNKNOWN = "Not known until every source has been read from its beginning.";
const FROM_START =
  "Revenue and expenses cover the same span: from the beginning of the log's facts.";

/** First instant after the calendar period that a day lies in; undefined for `all`. */
function endOfPeriod(period: PeriodName, day: string): string | undefined {
  const [year, month] = [Number(yearOf(day)), Number(monthOf(day).slice(5))];
  switch (period) {
    case "day":
      return dayAfter(day);
    case "month":
      return new Date(Date.UTC(year, month, 1)).toISOString();
    case "year":
      return new Date(Date.UTC(year + 1, 0, 1)).toISOString();
    case "all":
      return undefined;
  }
}

/** What a period's figure is made of, beside the names. */
class Period {
  readonly #name: PeriodName;
  readonly #day: string;
  readonly #figures: SpanFigures;
  readonly #shown: Snapshot["periods"]["day"];

  constructor(
    name: PeriodName,
    day: string,
    figures: SpanFigures,
    shown: Snapshot["periods"]["day"],
  ) {
    this.#name = name;
    this.#day = day;
    this.#figures = figures;
    this.#shown = shown;
  }

  /** Kalshi's P&L and collected revenue. */
  revenue(): ExplainedNode {
    return signed(this.#head("revenue", "Revenue"), this.#shown.revenue, [
      ["+", this.#kalshi()],
      ["+", this.#collected()],
    ]);
  }

  /** Costs, with corrections. */
  expenses(): ExplainedNode {
    const { costs, costAdjustments } = this.#figures;
    const observed = this.#name === "day" ? { subject: this.#day } : this.#bounds(false);
    return signed(this.#head("expenses", "Expenses"), this.#shown.expenses, [
      [
        "+",
        leaf(
          {
            ...this.#head("costs", "Anthropic's costs"),
            note: "Of each day the last observation.",
          },
          formatMoney(costs),
          { type: "pnl.anthropic.cost.observed.v1", ...observed },
        ),
      ],
      [
        "+",
        leaf(
          { name: this.#part("costAdjustments"), label: "Corrections of the costs" },
          formatMoney(costAdjustments),
          corrections("anthropic", this.#bounds()),
        ),
      ],
    ]);
  }

  /** Revenue less expenses. */
  netPnl(): ExplainedNode {
    return signed(this.#head("netPnl", "Net P&L"), this.#shown.netPnl, [
      ["+", this.revenue()],
      ["−", this.expenses()],
    ]);
  }

  /** Net P&L by revenue. */
  grossMarginPct(): ExplainedNode {
    const [net, revenue] = [this.netPnl(), this.revenue()];
    const head = this.#head("grossMarginPct", "Gross margin");
    const value = this.#shown.grossMarginPct;
    if (value === null) return derived({ ...head, note: NO_MARGIN }, null, null, [net, revenue]);
    return derived(head, value, `${net.name} ÷ ${revenue.name} × 100`, [net, revenue]);
  }

  #kalshi(): ExplainedNode {
    const span = this.#bounds();
    const note = "By the time of each fact: realised less its fee.";
    const head = { name: this.#part("kalshi"), label: "Kalshi P&L", note };
    return derived(head, formatMoney(this.#figures.kalshi), null, [
      group({ name: "fills", label: "Fills" }, {
        type: "pnl.kalshi.fill.recorded.v1",
        ...span,
      }),
      group({ name: "settlements", label: "Settlements" }, {
        type: "pnl.kalshi.settlement.recorded.v1",
        ...span,
      }),
      group({ name: "corrections", label: "Corrections" }, corrections("kalshi", span)),
    ]);
  }

  #collected(): ExplainedNode {
    const span = this.#bounds();
    const note = "What the totals grew by. What they were at first counts in no period.";
    const head = { name: this.#part("collected"), label: "Collected", note };
    return derived(head, formatMoney(this.#figures.collected), null, [
      group({ name: "totals", label: "Totals of the billing service" }, {
        type: "pnl.revenue.totals.observed.v1",
        ...span,
      }),
      group({ name: "corrections", label: "Corrections" }, corrections("revenue", span)),
    ]);
  }

  #part(name: string): string {
    return `periods.${this.#name}.${name}`;
  }

  #head(name: string, label: string) {
    const { since } = this.#figures;
    return { name: this.#part(name), label, note: since === "" ? FROM_START : `Since ${since}.` };
  }

  /** The span in `time`; a cost may be observed after the period that it is of. */
  #bounds(ends = true): Pick<EventsBehind, "from" | "to"> {
    const { since } = this.#figures;
    const end = ends ? endOfPeriod(this.#name, this.#day) : undefined;
    return {
      ...(since === "" ? {} : { from: since }),
      ...(end === undefined ? {} : { to: end }),
    };
  }
}

/** Why there is no margin. */
export const NO_MARGIN = "None where revenue is not positive.";

/** A figure of a period, with what it adds up from. */
export function explainPeriod(
  ledger: Ledger,
  name: PeriodName,
  figure: PeriodFigure,
  shown: Snapshot["periods"]["day"],
): ExplainedNode {
  const figures = ledger.spans.figures(name, ledger.day);
  if (figures === null) {
    const head = { name: `periods.${name}.${figure}`, label: `${figure} of ${name}` };
    return derived({ ...head, note: UNKNOWN }, null, null, []);
  }
  return new Period(name, ledger.day, figures, shown)[figure]();
}
