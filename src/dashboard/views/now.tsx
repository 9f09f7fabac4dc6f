/** The view `now`: the six metrics, and the periods. */
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import { useBase } from "../bases.ts";
import { PeriodsTable } from "../components/periods_table.tsx";
import { QualityLine } from "../components/quality_line.tsx";
import { SourcesLink } from "../components/sources_link.tsx";
import { Empty } from "../components/states.tsx";
import { Tile } from "../components/tile.tsx";
import type { NamedBase } from "../components/tile_change.tsx";
import { TileSkeleton } from "../components/tile_skeleton.tsx";
import { type MetricName, METRICS } from "../metrics.ts";
import { linkToWriter, nodeHasLog, useNode } from "../node.ts";
import { RECENT_SPAN, useRecent } from "../recent.ts";
import { useAge, useLive } from "../session.ts";
import { worthOf } from "../worth.ts";

const TOO_LITTLE = `${RECENT_SPAN}: too little history for a curve`;
const UNREAD = `${RECENT_SPAN}: the history could not be read`;

const NAMES = Object.keys(METRICS) as MetricName[];

/** Shows it. */
export function NowView() {
  const snapshot = useLive((state) => state.snapshot);
  return (
    <div className="now">
      <h1 className="unseen">Now</h1>
      {snapshot === null
        ? (
          <div className="tiles" aria-busy="true">
            {NAMES.map((name) => <TileSkeleton key={name} metric={name} />)}
          </div>
        )
        : <Figures snapshot={snapshot} />}
    </div>
  );
}

function Figures({ snapshot }: { readonly snapshot: DeliveredSnapshot }) {
  const status = useLive((state) => state.status);
  // Of the line alone: a source that is stale is said on the tiles that depend on it.
  const worth = worthOf(status, snapshot.served, []);
  return (
    <>
      {snapshot.served.from === "default" ? <NoFigures /> : null}
      <Tiles snapshot={snapshot} />
      <p className="tiles-legend">
        Revenue over the whole life, expenses of the UTC day. <AboutCurves />
      </p>
      <section className="card" data-worth={worth} aria-labelledby="periods-title">
        <h2 id="periods-title">Periods</h2>
        <PeriodsTable periods={snapshot.periods} position={snapshot.position} />
      </section>
      <QualityLine snapshot={snapshot} />
    </>
  );
}

/** What the curves show, or where they are. */
function AboutCurves() {
  const node = useNode();
  const isElsewhere = node.role === "edge" && nodeHasLog(node) !== true;
  if (!isElsewhere) return <>Curves show the {RECENT_SPAN.toLowerCase()}.</>;
  const where = linkToWriter(node.writer);
  return (
    <>
      Curves are not on this node: the history is on{" "}
      {where === null ? "the writer" : <a href={where}>the writer</a>}.
    </>
  );
}

function NoFigures() {
  return (
    <Empty title="No figures are known yet.">
      <p>
        They come with the first events of a source. <SourcesLink />
      </p>
    </Empty>
  );
}

function useNamedBases(snapshot: DeliveredSnapshot): (metric: MetricName) => NamedBase | null {
  const prior = useBase(snapshot, "trendPct");
  const day = useBase(snapshot, "dailyTrendPct");
  const ofPrior = prior === null ? null : { base: prior, kind: "window" } as const;
  const ofDay = day === null ? null : { base: day, kind: "day" } as const;
  return (metric) => {
    if (metric === "trendPct") return ofPrior;
    return metric === "dailyTrendPct" ? ofDay : ofDay ?? ofPrior;
  };
}

function Tiles({ snapshot }: { readonly snapshot: DeliveredSnapshot }) {
  const status = useLive((state) => state.status);
  const ageMs = useAge();
  const baseOf = useNamedBases(snapshot);
  const node = useNode();
  const hasHistory = nodeHasLog(node) === true;
  const { samplesOf, isUnread } = useRecent(snapshot, hasHistory);
  // An edge shows what the writer publishes, which is no history: that is said once, below.
  const isElsewhere = node.role === "edge" && !hasHistory;
  const missing = isElsewhere ? null : isUnread ? UNREAD : TOO_LITTLE;
  return (
    <div className="tiles">
      {NAMES.map((name) => (
        <Tile
          key={name}
          metric={name}
          snapshot={snapshot}
          worth={worthOf(status, snapshot.served, METRICS[name].sources)}
          sandbox={node.mode === "sandbox"}
          ageMs={ageMs}
          named={baseOf(name)}
          samples={samplesOf(name)}
          span={RECENT_SPAN}
          missing={missing}
        />
      ))}
    </div>
  );
}
