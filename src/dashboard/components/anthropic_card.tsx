/** What the expenses of the day are made of. */
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import type { AnthropicBreakdown } from "../../pnl/breakdown.ts";
import { totalOf } from "../sums.ts";
import { Amount } from "./amount.tsx";
import { Card } from "./card.tsx";
import { SortableTable } from "./sortable_table.tsx";
import { SumList } from "./sum_list.tsx";

/** Properties of {@link AnthropicCard}. */
export interface AnthropicCardProps {
  readonly anthropic: AnthropicBreakdown;
  readonly position: number;
  readonly snapshot: DeliveredSnapshot | null;
}

/** The card: the day's cost, by description, and the days of the month. */
export function AnthropicCard({ anthropic, position, snapshot }: AnthropicCardProps) {
  const { day, spend, adjustments, total } = anthropic;
  return (
    <Card
      source="anthropic"
      title={day === "" ? "Cost of the UTC day" : `Cost of ${day}`}
      total={total}
      served={snapshot?.served ?? null}
    >
      <div>
        <h3>The UTC day</h3>
        <SumList
          position={position}
          terms={[
            { label: "Observed", amount: spend, metric: "anthropic.dailySpend" },
            { label: "Adjustments", amount: adjustments, metric: "anthropic.adjustments" },
          ]}
          total={{ label: "Expenses", amount: total, metric: "totalExpenses" }}
        />
      </div>
      <Descriptions rows={anthropic.byDescription} />
      <Days days={anthropic.days} position={position} monthToDate={anthropic.monthToDate} />
    </Card>
  );
}

const NOT_DESCRIBED = "Not described yet";

function Descriptions({ rows }: { readonly rows: AnthropicBreakdown["byDescription"] }) {
  if (rows.length === 0) return null;
  return (
    <div>
      <h3>By description</h3>
      <SortableTable
        name="Cost by description"
        caption="What was observed of the day."
        rows={rows}
        shown={10}
        idOf={({ description }) => description ?? ""}
        columns={[
          {
            name: "description",
            label: "Description",
            key: ({ description }) => ({ kind: "text", value: description }),
            cell: ({ description }) => description ?? NOT_DESCRIBED,
          },
          {
            name: "amount",
            label: "Cost",
            key: ({ amount }) => ({ kind: "amount", value: amount }),
            cell: ({ amount }) => <Amount value={amount} />,
          },
        ]}
      />
    </div>
  );
}

function Days(
  { days, position, monthToDate }: {
    readonly days: AnthropicBreakdown["days"];
    readonly position: number;
    readonly monthToDate: string;
  },
) {
  return (
    <div>
      <h3>This month</h3>
      <SortableTable
        name="Cost by day"
        caption="Cost by UTC day, without adjustments."
        rows={days.toReversed()}
        shown={7}
        idOf={({ day }) => day}
        columns={[
          {
            name: "day",
            label: "UTC day",
            key: ({ day }) => ({ kind: "text", value: day }),
            cell: ({ day }) => day,
          },
          {
            name: "amount",
            label: "Cost",
            key: ({ amount }) => ({ kind: "amount", value: amount }),
            cell: ({ amount }) => <Amount value={amount} />,
          },
        ]}
      />
      <SumList
        position={position}
        terms={[{
          label: `Sum of all ${days.length} days`,
          amount: totalOf(days.map(({ amount }) => amount)),
        }]}
        total={{ label: "Month to date", amount: monthToDate, metric: "anthropic.monthToDate" }}
      />
    </div>
  );
}
