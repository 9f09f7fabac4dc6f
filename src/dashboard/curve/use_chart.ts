/** A chart in an element, and what it shows. */
import { type RefObject, useEffect, useRef, useState } from "react";
import { usePreference } from "../preferences.ts";
import type { ChartLibrary } from "./chart_options.ts";
import { cursor } from "./cursor.ts";
import { CurveChart } from "./curve_chart.ts";
import { gapsOf } from "./gaps.ts";
import { readPalette } from "./palette.ts";
import type { Span } from "./range.ts";
import { axisShift } from "./ticks.ts";
import type { Curve } from "./use_curve.ts";
import { useScheme } from "./use_scheme.ts";

/** The library, once it is there: it is loaded where a chart is shown, and not before. */
export function useLibrary(): ChartLibrary | null | "failed" {
  const [library, setLibrary] = useState<ChartLibrary | null | "failed">(null);
  useEffect(() => {
    import("lightweight-charts").then(setLibrary, () => setLibrary("failed"));
  }, []);
  return library;
}

/**
 * A chart in an element: another one where it is to look otherwise.
 *
 * @param move the reader moved it to another span
 */
export function useChart(
  host: RefObject<HTMLElement | null>,
  library: ChartLibrary | null,
  move: (span: Span) => void,
): CurveChart | null {
  const [chart, setChart] = useState<CurveChart | null>(null);
  const zone = usePreference((preferences) => preferences.zone);
  const hidden = usePreference((preferences) => preferences.hideAmounts);
  const scheme = useScheme();
  const latest = useRef(move);
  useEffect(() => void (latest.current = move));
  useEffect(() => {
    if (library === null || host.current === null) return;
    const look = { palette: readPalette(host.current), zone, hidden };
    const own = new CurveChart(library, host.current, look, {
      pointed: (time) => cursor.setState({ time, byKey: false }),
      moved: (span) => latest.current(span),
    });
    setChart(own);
    return () => {
      own.close();
      setChart(null);
      cursor.setState({ time: null, byKey: false });
    };
  }, [library, zone, hidden, scheme]);
  return chart;
}

/**
 * Shows a curve on a chart, with marks at some times.
 *
 * @param isOld another range is on its way: the chart stays where the reader has moved it
 */
export function useDrawing(
  chart: CurveChart | null,
  { grid, points, span, range }: Curve,
  marked: readonly number[],
  isOld: boolean,
): void {
  const zone = usePreference((preferences) => preferences.zone);
  useEffect(() => {
    const shift = axisShift(grid, zone, span.to);
    const isLive = "preset" in range;
    // The window that is open ends after now.
    const to = isLive ? Math.max(span.to, points.at(-1)?.time ?? 0) : span.to;
    chart?.show({ grid, points, until: to, gaps: gapsOf(points, grid), shift });
    if (!isOld) chart?.turnTo({ from: span.from, to }, isLive);
  }, [chart, grid, points, zone, span.from, span.to, isOld]);
  useEffect(() => {
    chart?.mark(marked);
  }, [chart, grid, marked.join()]);
}
