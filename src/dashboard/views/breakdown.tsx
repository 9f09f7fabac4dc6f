/** The view `breakdown`: what the headline is made of. */
import { useMemo } from "react";
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import type { Breakdown } from "../../pnl/breakdown.ts";
import type { Answer } from "../api.ts";
import { AnthropicCard } from "../components/anthropic_card.tsx";
import { KalshiCard } from "../components/kalshi_card.tsx";
import { MarketsTable } from "../components/markets_table.tsx";
import { RevenueCard } from "../components/revenue_card.tsx";
import { SourcesLink } from "../components/sources_link.tsx";
import { Empty, Failed, Loading } from "../components/states.tsx";
import { StepsTable } from "../components/steps_table.tsx";
import { WaterfallFigure } from "../components/waterfall.tsx";
import { useFollowed } from "../followed.ts";
import { whole } from "../format.ts";
import { hrefOf } from "../route.ts";
import { useLive } from "../session.ts";
import { waterfall } from "../waterfall_steps.ts";

type Body = Breakdown & Pick<DeliveredSnapshot, "served">;

/** Shows it: the breakdown is asked for again as the log moves, and says of which event it is. */
export function BreakdownView() {
  const snapshot = useLive((state) => state.snapshot);
  const answer = useFollowed<Body>("api/pnl/breakdown", snapshot?.position ?? null);
  return (
    <div className="breakdown">
      <h1>Breakdown</h1>
      <Content answer={answer} snapshot={snapshot} />
    </div>
  );
}

function Content(
  { answer, snapshot }: {
    readonly answer: Answer<Body>;
    readonly snapshot: DeliveredSnapshot | null;
  },
) {
  const { data, error, retry } = answer;
  if (data === null) {
    return error === null
      ? <Loading what="the breakdown" />
      : <Failed error={error} retry={retry} />;
  }
  if (data.served.from === "default") {
    return (
      <Empty title="There is nothing to break down yet.">
        <p>
          Figures come with the first events of a source. <SourcesLink />
        </p>
      </Empty>
    );
  }
  return (
    <>
      {error === null ? null : <Failed error={error} retry={retry} />}
      <Parts breakdown={data} snapshot={snapshot} />
    </>
  );
}

function Parts(
  { breakdown, snapshot }: {
    readonly breakdown: Body;
    readonly snapshot: DeliveredSnapshot | null;
  },
) {
  const { position, kalshi, anthropic, revenue } = breakdown;
  const steps = useMemo(() => waterfall(breakdown), [breakdown]);
  return (
    <>
      <Place position={position} newest={snapshot?.position ?? null} />
      <section className="card" aria-labelledby="waterfall-title">
        <h2 id="waterfall-title">From revenue to net</h2>
        <WaterfallFigure
          waterfall={steps}
          position={position}
          totalExpenses={breakdown.totalExpenses}
        />
        <details>
          <summary>As a table</summary>
          <StepsTable steps={steps.steps} position={position} />
        </details>
      </section>
      <KalshiCard kalshi={kalshi} position={position} snapshot={snapshot} />
      <AnthropicCard anthropic={anthropic} position={position} snapshot={snapshot} />
      <RevenueCard revenue={revenue} position={position} snapshot={snapshot} />
      <section className="card" aria-labelledby="markets-title">
        <h2 id="markets-title">Kalshi, market by market</h2>
        {kalshi.markets.length === 0
          ? <Empty title="No market was traded yet." />
          : <MarketsTable markets={kalshi.markets} />}
      </section>
    </>
  );
}

/** Of which event the figures are; and of which the headline is, where that is another one. */
function Place(
  { position, newest }: { readonly position: number; readonly newest: number | null },
) {
  const isOther = newest !== null && newest !== position;
  return (
    <p className="place quiet" data-position={position}>
      All figures are those of{" "}
      <a href={hrefOf("events", String(position))}>event {whole(position)}</a>
      {isOther ? `; the newest is ${whole(newest)}` : ", the newest"}.
    </p>
  );
}
