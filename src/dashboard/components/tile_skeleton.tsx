/** The place of a tile before its first value. */
import { type MetricName, METRICS } from "../metrics.ts";

/** A tile of final size that says only what it will show. */
export function TileSkeleton({ metric }: { readonly metric: MetricName }) {
  return (
    <article className="tile" data-metric={metric} data-worth="waiting">
      <header>
        <h2>{METRICS[metric].label}</h2>
      </header>
      <p className="tile-value skeleton">
        <span className="unseen">not known yet</span>
      </p>
      <p className="tile-change skeleton" />
      <p className="spark skeleton" />
      <p className="as-of skeleton" />
    </article>
  );
}
