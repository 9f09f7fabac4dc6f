/** The curve in a sentence or two: for who does not see it, and for who wants the point of it. */
import { formatMoney, minus } from "../../pnl/money.ts";
import type { Facts } from "../curve/facts.ts";
import { pointTimeText } from "../curve/ticks.ts";
import type { Point } from "../curve/point.ts";
import type { Curve } from "../curve/use_curve.ts";
import { percentage, signOf } from "../format.ts";
import { usePreference } from "../preferences.ts";
import { Amount } from "./amount.tsx";

/** Properties of {@link CurveSummary}. */
export interface CurveSummaryProps {
  readonly curve: Curve;
  readonly facts: Facts;
}

const VERBS = { "1": "rose by", "0": "did not change:", "-1": "fell by" } as const;

/** The summary. */
export function CurveSummary({ curve, facts }: CurveSummaryProps) {
  const zone = usePreference((preferences) => preferences.zone);
  const when = ({ time }: Point) => pointTimeText(time, curve.grid, zone);
  const { first, last, change, fall } = facts;
  const share = change.percent === null ? "" : ` (${percentage(change.percent, "signed")})`;
  const rise = change.amount.replace(/^-/, "");
  return (
    <p className="curve-summary" id="curve-summary">
      Net P&amp;L {VERBS[`${signOf(change.amount)}`]} <Amount value={rise} exact />
      {share}, from <Amount value={first.open} exact /> ({when(first)}) to{" "}
      <Amount value={last.net} exact /> ({when(last)}).{" "}
      {fall === null ? "It was never below an earlier value." : (
        <>
          Its deepest drawdown was{" "}
          <Amount value={formatMoney(minus(fall.peak.value, fall.trough.value))} exact />
          : from <Amount value={fall.peak.net} exact /> ({when(fall.peak)}) to{" "}
          <Amount value={fall.trough.net} exact /> ({when(fall.trough)}).
        </>
      )}
    </p>
  );
}
