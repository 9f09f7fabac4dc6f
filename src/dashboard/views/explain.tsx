/** The view `explain`: how one number came about. */
import { useEffect, useMemo, useState } from "react";
import { type Answer, useJson } from "../api.ts";
import { Amount, Percent } from "../components/amount.tsx";
import { ExplainPlace } from "../components/explain_place.tsx";
import { ExplainTree } from "../components/explain_tree.tsx";
import { Empty, Failed, Loading } from "../components/states.tsx";
import { titleOf, valuesByPath } from "../explain_rows.ts";
import type { Explanation } from "../explanation.ts";
import { whole } from "../format.ts";
import { type MetricName, METRICS } from "../metrics.ts";
import { hrefOf, useRoute } from "../route.ts";
import { useLive } from "../session.ts";

/** Figures down to this depth are open at first. */
const OPEN_TO = 2;
const ALL = Infinity;

function pathOf(metric: string, at: string | null): string {
  const query = new URLSearchParams({ metric });
  if (at !== null) query.set("at", at);
  return `api/pnl/explain?${query}`;
}

/** Shows it for a metric such as `netPnl`, at a position of the log or (null) now. */
export function ExplainView(
  { metric, at }: { readonly metric: string; readonly at: string | null },
) {
  const since = useRoute().params.get("since") ?? null;
  const answer = useExplanation(metric, at);
  const before = useExplanation(since === null ? null : metric, since);
  return (
    <div className="explain">
      {answer.data === null
        ? <Waiting metric={metric} answer={answer} />
        : <Explained explanation={answer.data} since={since} before={before} />}
    </div>
  );
}

/** So often a position that takes long to fold is asked for again; the server goes on where it was. */
const MAX_AGAIN = 30;
const AGAIN_MS = 1_000;

/** The answer; `loading` also while the server is on its way to a position that is far. */
function useExplanation(metric: string | null, at: string | null): Answer<Explanation> {
  // An empty log has nothing to explain until its first figures come.
  const isEmpty = useLive(({ snapshot }) => snapshot?.served.from === "default");
  const answer = useJson<Explanation>(metric === null ? null : pathOf(metric, at), isEmpty);
  const [again, setAgain] = useState(0);
  useEffect(() => setAgain(0), [metric, at]);
  const isOnTheWay = answer.error?.code === "too-far" && again < MAX_AGAIN;
  useEffect(() => {
    if (!isOnTheWay || answer.loading) return;
    const timer = setTimeout(() => {
      setAgain((count) => count + 1);
      answer.retry();
    }, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isOnTheWay, answer.loading]);
  return { ...answer, loading: answer.loading || isOnTheWay };
}

/** What an answer lacks. It is no fault while the server goes on: then what it says of how far it is. */
function Trouble({ answer: { error, loading, retry } }: { readonly answer: Answer<Explanation> }) {
  if (error === null) return null;
  if (error.code !== "too-far" || !loading) return <Failed error={error} retry={retry} />;
  return (
    <div className="state" data-kind="loading">
      <p className="state-title">The log is being folded up to there…</p>
      <p>{error.message}</p>
    </div>
  );
}

function Waiting(
  { metric, answer }: { readonly metric: string; readonly answer: Answer<Explanation> },
) {
  const { error } = answer;
  if (error?.message.startsWith('Parameter "metric"')) return <Unknown metric={metric} />;
  return (
    <>
      <h1>How {isMetric(metric) ? METRICS[metric].label : metric} came about</h1>
      {error === null ? <Loading what="the explanation" /> : <Trouble answer={answer} />}
    </>
  );
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}

/** A link may be of another version, or cut short. */
function Unknown({ metric }: { readonly metric: string }) {
  return (
    <>
      <h1>How a figure came about</h1>
      <Empty title={`There is no figure ${metric} to be explained.`}>
        <ul className="explain-others">
          {Object.entries(METRICS).map(([name, { label }]) => (
            <li key={name}>
              <a href={hrefOf("explain", name)}>{label}</a>
            </li>
          ))}
        </ul>
      </Empty>
    </>
  );
}

function Explained(
  { explanation, since, before }: {
    readonly explanation: Explanation;
    readonly since: string | null;
    readonly before: Answer<Explanation>;
  },
) {
  const { node, unit, value } = explanation;
  const [openTo, setOpenTo] = useState(OPEN_TO);
  const values = useMemo(
    () => before.data === null ? null : valuesByPath(before.data.node),
    [before.data],
  );
  const Value = unit === "USD" ? Amount : Percent;
  return (
    <>
      <header className="explain-head">
        <h1>How {titleOf(explanation.metric, node.label)} came about</h1>
        <p className="explain-value">
          <Value value={value} />
        </p>
        <ExplainPlace explanation={explanation} since={since} />
      </header>
      <Trouble answer={before} />
      <section className="card" aria-labelledby="tree-title">
        <div className="tree-head">
          <h2 id="tree-title">
            {before.data === null
              ? "What it is made of"
              : `What changed since event ${whole(before.data.position)}`}
          </h2>
          <button type="button" onClick={() => setOpenTo(openTo === ALL ? OPEN_TO : ALL)}>
            {openTo === ALL ? "Close all" : "Open all"}
          </button>
        </div>
        {values === null ? null : (
          <p className="tree-columns" aria-hidden="true">
            <span className="tree-difference">Change</span>
            <span className="tree-value">Value</span>
          </p>
        )}
        <ExplainTree
          key={`${explanation.metric} ${openTo}`}
          node={node}
          openTo={openTo}
          before={values}
        />
      </section>
    </>
  );
}
