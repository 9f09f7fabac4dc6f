/** The view `curve`: net P&L over time. */
import { useEffect, useRef } from "react";
import { CurveBody } from "../components/curve_body.tsx";
import { RangePicker } from "../components/range_picker.tsx";
import {
  type CurveRange,
  DEFAULT_PRESET,
  type Preset,
  PRESET_LABELS,
  rangeHref,
  rangeOf,
  type Span,
} from "../curve/range.ts";
import { useCurve } from "../curve/use_curve.ts";
import { clampedTo, zoomed } from "../curve/zoom.ts";
import { useShortcuts } from "../keyboard.ts";
import { goTo, useRoute } from "../route.ts";

const ZOOM = 2;

/** Goes to a span that the reader zoomed or moved to: the way back leads to before all such movements. */
function goToSpan(range: CurveRange, span: Span): void {
  goTo(rangeHref({ custom: span }), { replace: "custom" in range });
}

/** The last preset: live leads back to it. */
function useLastPreset(range: CurveRange): Preset {
  const last = useRef<Preset>(DEFAULT_PRESET);
  useEffect(() => {
    if ("preset" in range) last.current = range.preset;
  });
  return "preset" in range ? range.preset : last.current;
}

/** Shows it. */
export function CurveView() {
  const range = rangeOf(useRoute().params);
  const preset = useLastPreset(range);
  const state = useCurve(range);
  const { curve } = state;
  const picker = useRef<HTMLDivElement>(null);
  const back = () => goTo(rangeHref({ preset }));
  const move = (span: Span) => {
    if (curve === null) return;
    const all = { from: curve.first ?? span.from, to: curve.now };
    goToSpan(range, clampedTo(span, all));
  };
  const zoom = (factor: number) => {
    if (curve !== null) move(zoomed(curve.span, factor));
  };
  useShortcuts(
    [
      { keys: "t", label: "Choose the time range", run: () => focusIn(picker.current) },
      { keys: "+", label: "Zoom in", run: () => zoom(1 / ZOOM) },
      { keys: "-", label: "Zoom out", run: () => zoom(ZOOM) },
      { keys: "l", label: `Back to live: ${PRESET_LABELS[preset].long}`, run: back },
    ],
    curve?.span.from,
    curve?.span.to,
    preset,
  );
  return (
    <section className="curve" aria-labelledby="curve-title">
      <h1 id="curve-title">Net P&amp;L over time</h1>
      <RangePicker ref={picker} range={range} shown={curve?.span ?? null} />
      <CurveBody range={range} state={state} preset={preset} move={move} />
    </section>
  );
}

/** Goes to the range that is chosen, or to the first. */
function focusIn(picker: HTMLElement | null): void {
  const link = picker?.querySelector<HTMLElement>("[aria-current]") ?? picker?.querySelector("a");
  link?.focus();
}
