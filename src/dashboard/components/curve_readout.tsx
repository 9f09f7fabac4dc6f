/** The values at the crosshair, as text; without one those of the newest point. */
import type { ReactNode } from "react";
import { useStore } from "zustand/react";
import { formatMoney } from "../../pnl/money.ts";
import { cursor, indexAt } from "../curve/cursor.ts";
import { drawdowns } from "../curve/drawdown.ts";
import type { Facts } from "../curve/facts.ts";
import { pointTimeText } from "../curve/ticks.ts";
import type { Curve } from "../curve/use_curve.ts";
import { usePreference } from "../preferences.ts";
import { Amount } from "./amount.tsx";
import { Explained } from "./explained.tsx";

/** Properties of {@link CurveReadout}. */
export interface CurveReadoutProps {
  readonly curve: Curve;
  readonly facts: Facts;
}

/** The values. */
export function CurveReadout({ curve, facts }: CurveReadoutProps) {
  const zone = usePreference((preferences) => preferences.zone);
  const time = useStore(cursor, (state) => state.time);
  const { points, gaps } = facts;
  const index = time === null ? points.length - 1 : indexAt(points, time);
  const point = points[index];
  const gap = gaps.find(({ after }) => after === index);
  const isInGap = gap !== undefined && time !== null && time > gap.from && time < gap.to;
  if (point === undefined || isInGap) {
    return (
      <dl className="curve-readout" data-testid="readout">
        <Entry name="At the crosshair">Nothing was recorded</Entry>
      </dl>
    );
  }
  const fall = drawdowns(points.slice(0, index + 1)).at(-1)!;
  const isBucket = curve.grid.resolution !== "raw" || curve.grid.stepMs > curve.grid.itemMs;
  return (
    <dl className="curve-readout" data-testid="readout" data-time={point.time}>
      <Entry name={isBucket ? "From" : "At"}>
        <span className="curve-when">{pointTimeText(point.time, curve.grid, zone)}</span>
      </Entry>
      {isBucket
        ? (
          <>
            <Entry name="Open">
              <Amount value={point.open} exact />
            </Entry>
            <Entry name="High">
              <Amount value={point.high} exact />
            </Entry>
            <Entry name="Low">
              <Amount value={point.low} exact />
            </Entry>
          </>
        )
        : null}
      <Entry name={isBucket ? "Close" : "Net P&L"}>
        {point.position === null
          ? <Amount value={point.net} exact />
          : (
            <Explained metric="netPnl" at={point.position}>
              <Amount value={point.net} exact />
            </Explained>
          )}
      </Entry>
      <Entry name="Drawdown">
        <Amount value={formatMoney(fall)} exact />
      </Entry>
    </dl>
  );
}

function Entry(
  { name, children }: { readonly name: string; readonly children: ReactNode },
) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
