/** The curve as a table: what is on the screen, newest first, page by page, and as a file. */
import { useState } from "react";
import { formatMoney, type Money } from "../../pnl/money.ts";
import { csvText } from "../curve/csv.ts";
import { drawdowns } from "../curve/drawdown.ts";
import type { Facts } from "../curve/facts.ts";
import type { Point } from "../curve/point.ts";
import { rangeKey } from "../curve/range.ts";
import { pointTimeText } from "../curve/ticks.ts";
import type { Curve } from "../curve/use_curve.ts";
import { whole } from "../format.ts";
import { usePreference } from "../preferences.ts";
import { Amount } from "./amount.tsx";
import { Explained } from "./explained.tsx";

/** Properties of {@link CurveTable}. */
export interface CurveTableProps {
  readonly curve: Curve;
  readonly facts: Facts;
}

const PAGE = 25;
const HEADS = ["Open", "High", "Low", "Net P&L", "Drawdown"] as const;
const KEPT_MS = 10_000;

/** Offers the points as a file. */
function download({ grid, span }: Curve, { points }: Facts): void {
  const falls = drawdowns(points);
  const iso = (time: number) => new Date(time).toISOString();
  const rows = points.map(({ time, open, high, low, net, position }, index) => [
    iso(time),
    ...[open, high, low, net, formatMoney(falls[index]!)],
    position === null ? "" : String(position),
  ]);
  const head = ["time", "open", "high", "low", "netPnl", "drawdown", "position"];
  const blob = new Blob([csvText([head, ...rows])], { type: "text/csv;charset=utf-8" });
  const url = URL.createObjectURL(blob);
  const day = (time: number) => iso(time).slice(0, 19).replaceAll(/[:-]/g, "");
  const link = document.createElement("a");
  link.href = url;
  link.download = `net-pnl-usd_${grid.resolution}_${day(span.from)}Z_${day(span.to)}Z.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/** The table, folded until it is wanted. */
export function CurveTable({ curve, facts }: CurveTableProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className="curve-data" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        The curve as a table <span className="quiet">({whole(facts.points.length)} points)</span>
      </summary>
      {open ? <Pages key={rangeKey(curve.range)} curve={curve} facts={facts} /> : null}
    </details>
  );
}

function Pages({ curve, facts }: CurveTableProps) {
  const [asked, setPage] = useState(0);
  const count = Math.ceil(facts.points.length / PAGE);
  const page = Math.min(asked, count - 1);
  return (
    <>
      <div className="curve-pages">
        <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>Newer</button>
        <span role="status">Page {whole(page + 1)} of {whole(count)}</span>
        <button type="button" disabled={page === count - 1} onClick={() => setPage(page + 1)}>
          Older
        </button>
        <button type="button" onClick={() => download(curve, facts)}>Download CSV</button>
      </div>
      <p id="curve-table-note" className="quiet">
        Net P&amp;L in USD, newest first. Drawdown is from the highest net P&amp;L before, of those
        shown.
      </p>
      <Rows curve={curve} facts={facts} page={page} />
    </>
  );
}

function Rows({ curve, facts, page }: CurveTableProps & { readonly page: number }) {
  const { points } = facts;
  const falls = drawdowns(points);
  const end = points.length - page * PAGE;
  const indices = points.slice(Math.max(0, end - PAGE), end).map((_, at) => end - 1 - at);
  return (
    <div
      className="scroll"
      role="region"
      aria-describedby="curve-table-note"
      aria-label="The curve as a table"
      tabIndex={0}
    >
      <table>
        <caption className="unseen">The curve as a table</caption>
        <thead>
          <tr>
            <th scope="col">{curve.grid.resolution === "raw" ? "At" : "From"}</th>
            {HEADS.map((head) => <th scope="col" key={head}>{head}</th>)}
          </tr>
        </thead>
        <tbody>
          {indices.map((at) => (
            <Row key={points[at]!.time} point={points[at]!} fall={falls[at]!} curve={curve} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(
  { point, fall, curve }: {
    readonly point: Point;
    readonly fall: Money;
    readonly curve: Curve;
  },
) {
  const zone = usePreference((preferences) => preferences.zone);
  const net = <Amount value={point.net} exact />;
  return (
    <tr>
      <th scope="row">{pointTimeText(point.time, curve.grid, zone)}</th>
      <td>
        <Amount value={point.open} exact />
      </td>
      <td>
        <Amount value={point.high} exact />
      </td>
      <td>
        <Amount value={point.low} exact />
      </td>
      <td>
        {point.position === null
          ? net
          : <Explained metric="netPnl" at={point.position}>{net}</Explained>}
      </td>
      <td>
        <Amount value={formatMoney(fall)} exact />
      </td>
    </tr>
  );
}
