/** What the collected revenue is made of. */
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import type { RevenueBreakdown } from "../../pnl/breakdown.ts";
import { Amount } from "./amount.tsx";
import { Card } from "./card.tsx";
import { Explained } from "./explained.tsx";
import { SumList } from "./sum_list.tsx";

/** Properties of {@link RevenueCard}. */
export interface RevenueCardProps {
  readonly revenue: RevenueBreakdown;
  readonly position: number;
  readonly snapshot: DeliveredSnapshot | null;
}

/** The card: what was collected, and of what was invoiced what is still to come. */
export function RevenueCard({ revenue, position, snapshot }: RevenueCardProps) {
  const rows = [
    ["Invoiced", "revenue.invoiced", revenue.invoiced],
    ["Outstanding", "revenue.outstanding", revenue.outstanding],
  ] as const;
  return (
    <Card
      source="revenue"
      title="Collected"
      total={revenue.total}
      served={snapshot?.served ?? null}
    >
      <div>
        <h3>Part of revenue</h3>
        <SumList
          position={position}
          terms={[
            { label: "Collected", amount: revenue.collected, metric: "revenue.collected" },
            { label: "Adjustments", amount: revenue.adjustments, metric: "revenue.adjustments" },
          ]}
          total={{ label: "Part of revenue", amount: revenue.total }}
        />
      </div>
      <div>
        <h3>Of what was invoiced</h3>
        <dl className="sum">
          {rows.map(([label, metric, value]) => (
            <div key={metric}>
              <dt>{label}</dt>
              <dd>
                <Explained metric={metric} at={position}>
                  <Amount value={value} />
                </Explained>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Card>
  );
}
