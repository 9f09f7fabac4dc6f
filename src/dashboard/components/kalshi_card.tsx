/** What Kalshi's part of revenue is made of. */
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import type { KalshiBreakdown } from "../../pnl/breakdown.ts";
import { whole } from "../format.ts";
import { Amount } from "./amount.tsx";
import { Card } from "./card.tsx";
import { Explained } from "./explained.tsx";
import { SumList } from "./sum_list.tsx";
import { Time } from "./time.tsx";

/** Properties of {@link KalshiCard}. */
export interface KalshiCardProps {
  readonly kalshi: KalshiBreakdown;
  readonly position: number;
  readonly snapshot: DeliveredSnapshot | null;
}

/** The card: the P&L, the cash that the facts give, and what Kalshi itself says. */
export function KalshiCard({ kalshi, position, snapshot }: KalshiCardProps) {
  return (
    <Card
      source="kalshi"
      title="P&L"
      total={kalshi.pnl}
      served={snapshot?.served ?? null}
    >
      <div>
        <h3>Profit and loss</h3>
        <SumList
          position={position}
          terms={[
            { label: "Realised", amount: kalshi.realizedPnl, metric: "kalshi.realizedPnl" },
            { label: "Fees", amount: kalshi.fees, less: true, metric: "kalshi.fees" },
            { label: "Adjustments", amount: kalshi.adjustments, metric: "kalshi.adjustments" },
          ]}
          total={{ label: "P&L", amount: kalshi.pnl, metric: "kalshi.pnl" }}
        />
      </div>
      <Cash cash={kalshi.cash} position={position} />
      {snapshot === null
        ? null
        : <Reported kalshi={snapshot.components.kalshi} at={snapshot.position} of={position} />}
    </Card>
  );
}

function Cash(
  { cash, position }: { readonly cash: KalshiBreakdown["cash"]; readonly position: number },
) {
  return (
    <div>
      <h3>Cash by the facts</h3>
      <SumList
        position={position}
        terms={[
          { label: "Deposits", amount: cash.deposits },
          { label: "Withdrawals", amount: cash.withdrawals, less: true },
          { label: "Trades", amount: cash.trades },
          { label: "Settlements", amount: cash.settlements },
          { label: "Fees", amount: cash.fees, less: true },
        ]}
        total={{ label: "Derived cash", amount: cash.derived }}
      />
    </div>
  );
}

/** What the venue reports, and what that leaves: of the newest snapshot, which may be of a later event. */
function Reported(
  { kalshi, at, of }: {
    readonly kalshi: DeliveredSnapshot["components"]["kalshi"];
    readonly at: number;
    readonly of: number;
  },
) {
  const { unreconciled } = kalshi;
  const rows = [
    ["Cash", "kalshi.balance", kalshi.balance, false],
    ["Positions' value", "kalshi.portfolioValue", kalshi.portfolioValue, false],
    ["Unrealised", "kalshi.unrealizedPnl", kalshi.unrealizedPnl, true],
    ["Unreconciled cash", "kalshi.unreconciled.cash", unreconciled?.cash ?? null, true],
    [
      "Unreconciled P&L",
      "kalshi.unreconciled.realizedPnl",
      unreconciled?.realizedPnl ?? null,
      true,
    ],
  ] as const;
  return (
    <div>
      <h3>
        Reported by Kalshi {at === of ? null : <span className="quiet">at event {whole(at)}</span>}
      </h3>
      <dl className="sum">
        {rows.map(([label, metric, value, signed]) => (
          <div key={metric}>
            <dt>{label}</dt>
            <dd>
              <Explained metric={metric} at={at}>
                <Amount value={value} signed={signed} />
              </Explained>
            </dd>
          </div>
        ))}
      </dl>
      <p className="quiet">
        {whole(kalshi.openPositions)} open positions, observed <Time value={kalshi.observedAt} />
      </p>
    </div>
  );
}
