/** How whole the figures are: what was rejected, what came late, and where they stand in the log. */
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import { whole } from "../format.ts";
import type { ReactNode } from "react";
import { hrefOf } from "../route.ts";
import { ClockTime } from "./clock_time.tsx";

/** The state of a snapshot's figures as a whole. */
export function QualityLine({ snapshot }: { readonly snapshot: DeliveredSnapshot }) {
  const { quality, position, window } = snapshot;
  return (
    <section className="card" aria-labelledby="quality-title">
      <h2 id="quality-title">Where these figures stand</h2>
      <dl className="standing">
        <Fact name="Last event">
          {position === 0
            ? "none"
            : <a href={hrefOf("events", String(position))}>{whole(position)}</a>}
        </Fact>
        <Fact name="Window">
          <ClockTime value={window.start} /> to <ClockTime value={window.end} />
          {window.final ? ", final" : ", open"}
        </Fact>
        <Fact name="Whole">
          {quality.complete ? "yes" : quality.incompleteSince === null ? "no" : (
            <>
              no, since{" "}
              <a href={hrefOf("events", String(quality.incompleteSince))}>
                event {whole(quality.incompleteSince)}
              </a>
            </>
          )}
        </Fact>
        <Fact name="Rejected rows">
          {quality.rejected === 0
            ? "0"
            : (
              <a href={hrefOf("events", null, { type: "pnl.source.rejected.v1" })}>
                {whole(quality.rejected)}
              </a>
            )}
        </Fact>
        <Fact name="Quarantined">{whole(quality.quarantined)}</Fact>
        <Fact name="Late">{whole(quality.late)}</Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
