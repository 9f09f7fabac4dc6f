/** What an event moved. */
import { useEffect, useState } from "react";
import type { RecordedEvent } from "../../pnl/event.ts";
import { formatMoney, minus, parseMoney } from "../../pnl/money.ts";
import { positionOf } from "../events/catalogue.ts";
import { isCost, movedBy, movedLabel, type MovedMetric } from "../events/moved.ts";
import { type Move, useMoves } from "../events/use_moves.ts";
import { hrefOf } from "../route.ts";
import { Amount } from "./amount.tsx";
import { Explained } from "./explained.tsx";
import { Failed } from "./states.tsx";

/** The figures that it may have moved, each with its explanation; their values when asked for. */
export function EventMoves({ event }: { readonly event: RecordedEvent }) {
  const position = positionOf(event);
  const [wanted, setWanted] = useState(false);
  useEffect(() => setWanted(false), [position]);
  const metrics = movedBy(event);
  const { found, error } = useMoves(metrics, position, wanted);
  if (metrics.length === 0) {
    return (
      <section className="card" aria-labelledby="moves-title">
        <h2 id="moves-title">What it may have moved</h2>
        <p className="quiet">No figure: it only says how things are.</p>
      </section>
    );
  }
  return (
    <section className="card" aria-labelledby="moves-title">
      <header className="card-head">
        <h2 id="moves-title">What it may have moved</h2>
        <button type="button" onClick={() => setWanted(!wanted)}>
          {wanted ? "Hide" : "Show"} before and after
        </button>
      </header>
      {error === null ? null : <Failed error={error} retry={() => setWanted(false)} />}
      {wanted ? <Table {...{ metrics, position, found }} /> : (
        <ul className="moves-links">
          {metrics.map((metric) => (
            <li key={metric}>
              <a href={hrefOf("explain", metric, { at: String(position) })}>{movedLabel(metric)}</a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Table(
  { metrics, position, found }: {
    readonly metrics: readonly MovedMetric[];
    readonly position: number;
    readonly found: ReadonlyMap<MovedMetric, Move>;
  },
) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Figures before and after">
      <table className="moves">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <Row
              key={metric}
              metric={metric}
              position={position}
              move={found.get(metric) ?? null}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(
  { metric, position, move }: {
    readonly metric: MovedMetric;
    readonly position: number;
    readonly move: Move | null;
  },
) {
  return (
    <tr data-metric={metric} aria-busy={move === null}>
      <th scope="row">
        <Explained metric={metric} at={position}>{movedLabel(metric)}</Explained>
      </th>
      <td>{move === null ? <Wait /> : <Amount value={move.before} exact />}</td>
      <td>{move === null ? <Wait /> : <Amount value={move.after} exact />}</td>
      <td>{move === null ? <Wait /> : <Change move={move} cost={isCost(metric)} />}</td>
    </tr>
  );
}

function Wait() {
  return <span className="unseen">Loading</span>;
}

/** What lies between two figures of the server's, to the last digit. More cost is no gain. */
function Change(
  { move: { before, after }, cost }: { readonly move: Move; readonly cost: boolean },
) {
  if (before === null || after === null) return <Amount value={null} />;
  const change = formatMoney(minus(parseMoney(after), parseMoney(before)));
  return <Amount value={change} exact signed={!cost} />;
}
