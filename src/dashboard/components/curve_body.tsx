/** The curve with all that is said of it, in each of its states. */
import { useCorrections } from "../curve/corrections.ts";
import { factsOf, pointsIn } from "../curve/facts.ts";
import { type CurveRange, type Preset, rangeKey, rangeName, type Span } from "../curve/range.ts";
import type { CurveState } from "../curve/use_curve.ts";
import { CurveHead } from "./curve_head.tsx";
import { CurveNotes } from "./curve_notes.tsx";
import { CurvePlot } from "./curve_plot.tsx";
import { CurveReadout } from "./curve_readout.tsx";
import { CurveEmpty, CurveSkeleton } from "./curve_states.tsx";
import { CurveSummary } from "./curve_summary.tsx";
import { CurveTools } from "./curve_tools.tsx";
import { CurveTable } from "./curve_table.tsx";
import { Failed } from "./states.tsx";

/** Properties of {@link CurveBody}. */
export interface CurveBodyProps {
  readonly range: CurveRange;
  readonly state: CurveState;
  /** Where live leads back to. */
  readonly preset: Preset;
  /** Goes to another span. */
  readonly move: (span: Span) => void;
}

/** The chart, its figures, its words and its table. */
export function CurveBody({ range, state, preset, move }: CurveBodyProps) {
  const { curve, error, loading, retry } = state;
  const corrections = useCorrections(curve);
  if (curve === null) {
    return error === null ? <CurveSkeleton /> : <Failed error={error} retry={retry} />;
  }
  const facts = factsOf(pointsIn(curve), curve.grid);
  const isOld = rangeKey(curve.range) !== rangeKey(range);
  const failed = error === null ? null : <Failed error={error} retry={retry} />;
  const isKept = error !== null && isOld;
  if (facts === null) return failed ?? <CurveEmpty curve={curve} />;
  return (
    <>
      {failed}
      {isKept ? <p>What follows is still the curve of {rangeName(curve.range)}.</p> : null}
      <div className="card curve-card" data-old={isOld} aria-busy={loading}>
        <CurveHead curve={curve} facts={facts} preset={preset} loading={loading && isOld} />
        <CurveReadout curve={curve} facts={facts} />
        <CurvePlot
          curve={curve}
          facts={facts}
          corrections={corrections}
          isOld={isOld}
          move={move}
        />
        <CurveNotes curve={curve} facts={facts} corrections={corrections}>
          <CurveTools span={curve.span} move={move} />
        </CurveNotes>
      </div>
      <CurveSummary curve={curve} facts={facts} />
      <CurveTable curve={curve} facts={facts} />
    </>
  );
}
