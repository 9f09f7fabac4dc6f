/** The view `sources`: where the figures come from, how each source is, and what depends on it. */
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import { Amount } from "../components/amount.tsx";
import { SourceCard } from "../components/source_card.tsx";
import { Failed } from "../components/states.tsx";
import { SOURCE_LABELS, SOURCES } from "../metrics.ts";
import { useLive } from "../session.ts";
import type { SourcesHealth } from "../sources/source_health.ts";
import { standingOf } from "../sources/standing.ts";
import { useServerNow, useSources } from "../sources/use_sources.ts";
import { type Weights, weightsOf } from "../sources/weights.ts";

/** Shows it. */
export function SourcesView() {
  const { data, error, retry } = useSources();
  const snapshot = useLive((state) => state.snapshot);
  return (
    <>
      <h1 className="unseen">Sources</h1>
      {error === null ? null : <Failed error={error} retry={retry} />}
      {data === null
        ? error === null ? <Skeleton /> : null
        : <Cards health={data} snapshot={snapshot} isOld={error !== null} />}
    </>
  );
}

function Cards(
  { health, snapshot, isOld }: {
    readonly health: SourcesHealth;
    readonly snapshot: DeliveredSnapshot | null;
    readonly isOld: boolean;
  },
) {
  const nowMs = useServerNow(health.skewMs);
  const hasFigures = snapshot !== null && snapshot.served.from !== "default";
  const weights = hasFigures ? weightsOf(snapshot) : null;
  const isStale = (name: string) => snapshot?.served.stale.includes(name) ?? false;
  return (
    <div data-old={isOld || undefined} className="sources-view">
      <Takeaway {...{ health, weights, isStale }} />
      <div className="sources">
        {SOURCES.map((name) => {
          const known = health.of[name];
          return known === undefined ? null : (
            <SourceCard
              key={name}
              name={name}
              health={known}
              weight={weights?.of[name] ?? null}
              stale={isStale(name)}
              pending={snapshot?.quality.pending.includes(name) ?? false}
              observedAt={snapshot?.components[name].observedAt ?? null}
              nowMs={nowMs}
            />
          );
        })}
      </div>
      {weights === null ? null : (
        <p className="quiet small">
          Shares are of{" "}
          <Amount value={weights.total} />: the size of each part, whether gain or loss, summed.
        </p>
      )}
    </div>
  );
}

/** What there is to know, in a sentence; read aloud when it changes. */
function Takeaway(
  { health, weights, isStale }: {
    readonly health: SourcesHealth;
    readonly weights: Weights | null;
    readonly isStale: (name: string) => boolean;
  },
) {
  const troubled = SOURCES.flatMap((name) => {
    const known = health.of[name];
    if (known === undefined || known.state === "not_configured") return [];
    const { kind, words } = standingOf(known, isStale(name));
    if (kind !== "bad" && kind !== "warn") return [];
    const share = weights?.of[name].share ?? null;
    const weight = share === null ? "" : `, ${share} % of the headline`;
    return [`${SOURCE_LABELS[name]}: ${words.toLowerCase()}${weight}`];
  });
  const isAny = SOURCES.some((name) =>
    (health.of[name]?.state ?? "not_configured") !== "not_configured"
  );
  return (
    <p role="status" className="takeaway" data-troubled={troubled.length > 0}>
      {troubled.length > 0
        ? `${troubled.join("; ")}.`
        : isAny
        ? "Every configured source answers."
        : "No source is configured."}
    </p>
  );
}

function Skeleton() {
  return (
    <div className="sources" role="status">
      <span className="unseen">Loading sources…</span>
      {SOURCES.map((name) => <span key={name} className="skeleton source-skeleton" />)}
    </div>
  );
}
