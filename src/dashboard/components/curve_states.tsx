/** The curve before there is one, and where there is none. */
import { PRESET_LABELS, rangeHref, rangeName, widerOf } from "../curve/range.ts";
import type { Curve } from "../curve/use_curve.ts";
import { SourcesLink } from "./sources_link.tsx";
import { Empty } from "./states.tsx";
import { Time } from "./time.tsx";

/** A curve that is loaded, at its final size. */
export function CurveSkeleton() {
  return (
    <div className="card curve-card" aria-busy="true">
      <span className="unseen" role="status">Loading the curve…</span>
      <span className="skeleton curve-head-skeleton" />
      <span className="skeleton curve-plot" />
    </div>
  );
}

/** Nothing was recorded in the range. */
export function CurveEmpty({ curve }: { readonly curve: Curve }) {
  const { range, span, first } = curve;
  if (first === null) {
    return (
      <Empty title="There is no history yet">
        <p>
          The curve begins when the first window of figures is complete. <SourcesLink />
        </p>
      </Empty>
    );
  }
  const wider = widerOf(range);
  return (
    <Empty title={`Nothing was recorded in ${rangeName(range)}`}>
      <p>
        From <Time value={new Date(span.from).toISOString()} /> to{" "}
        <Time value={new Date(span.to).toISOString()} />. History begins at{" "}
        <Time value={new Date(first).toISOString()} />.
      </p>
      {wider === null ? null : (
        <a className="button" href={rangeHref({ preset: wider })}>
          Show {PRESET_LABELS[wider].long}
        </a>
      )}
    </Empty>
  );
}
