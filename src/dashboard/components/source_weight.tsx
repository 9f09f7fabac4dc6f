/** What a source weighs in the headline. */
import { SOURCE_LABELS, type SourceName } from "../metrics.ts";
import type { Weight } from "../sources/weights.ts";
import { Amount, Percent } from "./amount.tsx";
import { Explained } from "./explained.tsx";

/** What a source brings, and the figure that says it. */
const PARTS: Readonly<Record<SourceName, { readonly metric: string; readonly words: string }>> = {
  kalshi: { metric: "kalshi.pnl", words: "P&L in revenue" },
  anthropic: { metric: "totalExpenses", words: "of expenses" },
  revenue: { metric: "revenue.collected", words: "collected in revenue" },
};

/** Its share as a bar and in words. */
export function SourceWeight(
  { name, weight: { amount, share } }: { readonly name: SourceName; readonly weight: Weight },
) {
  const { metric, words } = PARTS[name];
  return (
    <div className="weight" data-weight={name}>
      <p className="weight-share">
        <Percent value={share} /> <span className="quiet">of the headline</span>
      </p>
      <div
        className="weight-bar"
        role="img"
        aria-label={`${SOURCE_LABELS[name]} weighs ${share ?? "0.00"} % of the headline`}
      >
        <span style={{ width: `${share ?? "0"}%` }} />
      </div>
      <p className="weight-amount">
        <Explained metric={metric}>
          <Amount value={amount} />
        </Explained>{" "}
        <span className="quiet">{words}</span>
      </p>
    </div>
  );
}
