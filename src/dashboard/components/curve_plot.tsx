/** The chart on the page: the pointer and keys move its crosshair. */
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useStore } from "zustand/react";
import type { Correction } from "../curve/corrections.ts";
import { cursor, indexAt, movedIndex } from "../curve/cursor.ts";
import type { Facts } from "../curve/facts.ts";
import type { Span } from "../curve/range.ts";
import { pointTimeText } from "../curve/ticks.ts";
import { useChart, useDrawing, useLibrary } from "../curve/use_chart.ts";
import type { Curve } from "../curve/use_curve.ts";
import { money } from "../format.ts";
import { usePreference } from "../preferences.ts";

/** Properties of {@link CurvePlot}. */
export interface CurvePlotProps {
  readonly curve: Curve;
  readonly facts: Facts;
  readonly corrections: readonly Correction[];
  /** Another range is on its way. */
  readonly isOld: boolean;
  /** Goes to another span. */
  readonly move: (span: Span) => void;
}

/** The chart. */
export function CurvePlot({ curve, facts, corrections, isOld, move }: CurvePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const library = useLibrary();
  const chart = useChart(host, library === "failed" ? null : library, move);
  const { zone, hideAmounts } = usePreference((preferences) => preferences);
  const { time, byKey } = useStore(cursor);
  const { points } = facts;
  const index = time === null ? points.length - 1 : Math.max(0, indexAt(points, time));
  const point = points[index]!;
  useDrawing(chart, curve, corrections.map((each) => each.time), isOld);
  useEffect(() => {
    if (byKey) chart?.point({ time: point.time, net: Number(point.net) });
  }, [chart, byKey, point.time]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = movedIndex(event.key, event.shiftKey, index, points.length);
    if (to !== null) {
      event.preventDefault();
      cursor.setState({ time: points[to]!.time, byKey: true });
    } else if (event.key === "Escape") {
      chart?.point(null);
      cursor.setState({ time: null, byKey: false });
    }
  };
  const amount = hideAmounts ? "amount hidden" : money(point.net);
  return (
    <>
      <div
        ref={host}
        className="curve-plot"
        role="slider"
        tabIndex={0}
        aria-label="Net P&L over time"
        aria-describedby="curve-summary"
        aria-valuemin={0}
        aria-valuemax={points.length - 1}
        aria-valuenow={index}
        aria-valuetext={`${pointTimeText(point.time, curve.grid, zone)}: ${amount}`}
        onKeyDown={onKeyDown}
        onPointerLeave={() => cursor.setState({ time: null, byKey: false })}
      />
      {library === "failed"
        ? <p role="alert">The chart could not be loaded. The table below has its values.</p>
        : null}
    </>
  );
}
