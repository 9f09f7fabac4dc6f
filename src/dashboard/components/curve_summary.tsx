/** The curve in a sentence or two: for who does not see it, and for who wants the point of it. */
import { formatMoney, minus } from "../../pnl/money.ts";
import type { Facts } from "../curve/facts.ts";
import { pointTimeText } from "../curve/ticks.ts";
import type { Point } from "../curve/point.ts";
import type { Curve } from "../curve/use_curve.ts";
import { signOf } from "../format.ts";
import { usePreference } from "../preferences.ts";
import { Amount, Percent } from "./amount.tsx";

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
  const rise = change.amount.replace(/^-/, "");
  return (
    <p className="curve-summary" id="curve-summary">
      Net P&amp;L {VERBS[`${signOf(change.amount)}`]} <Amount value={rise} />
      {change.percent === null ? null : (
        <>
          (<Percent value={change.percent} signed />)
        </>
      )}, from <Amount value={first.open} /> ({when(first)}) to <Amount value={last.net} />{" "}
      ({when(last)}). {fall === null ? "It was never below an earlier value." : (
        <>
          Its deepest drawdown was{" "}
          <Amount value={formatMoney(minus(fall.peak.value, fall.trough.value))} />
          : from <Amount value={fall.peak.net} /> ({when(fall.peak)}) to{" "}
          <Amount value={fall.trough.net} /> ({when(fall.trough)}).
        </>
      )}
    </p>
  );
}
