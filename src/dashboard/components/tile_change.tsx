/** How far a figure is from the base that it is measured against, and which base that is. */
import type { Base } from "../bases.ts";
import { changeOf, pointsOf } from "../change.ts";
import { money, percentage, signOf } from "../format.ts";
import { type MetricName, METRICS } from "../metrics.ts";
import type { Snapshot } from "../../pnl/snapshot_schema.ts";
import { Amount, Percent } from "./amount.tsx";
import { ClockTime } from "./clock_time.tsx";
import { Explained } from "./explained.tsx";

/** A base, and how it is called. */
export interface NamedBase {
  readonly base: Base;
  readonly kind: "window" | "day";
}

const TONES = { "-1": "down", "0": "even", "1": "up" } as const;

function Glyph({ value }: { readonly value: string | null }) {
  const sign = signOf(value);
  if (sign === 0) return null;
  return <span className="tile-glyph" aria-hidden="true">{sign < 0 ? "▼" : "▲"}</span>;
}

/** A window that ends at midnight is the last of the day before. */
function dayOf(end: string): string {
  return new Date(Date.parse(end) - 1).toISOString().slice(0, 10);
}

function BaseName({ base, kind, metric }: NamedBase & { readonly metric: MetricName }) {
  const { position, window } = base;
  return (
    <p className="tile-base">
      since the{" "}
      <Explained metric={metric} at={position}>
        {kind === "day" ? `close of ${dayOf(window.end)}` : (
          <>
            window to <ClockTime value={window.end} />
          </>
        )}
      </Explained>
    </p>
  );
}

/** Properties of {@link TileChange}. */
export interface TileChangeProps {
  readonly metric: MetricName;
  readonly metrics: Snapshot["metrics"];
  /** Null: there is none, or it is not known. */
  readonly named: NamedBase | null;
}

/** Why there is nothing to compare with. */
function reasonOf(metric: MetricName, { trendPct, dailyTrendPct }: Snapshot["metrics"]): string {
  if (metric === "dailyTrendPct" && dailyTrendPct === null) {
    return "No final window before this UTC day";
  }
  return trendPct === null
    ? "No final window to compare with yet"
    : "The window that it is measured against is not known here";
}

/** The change of a metric since its base. A trend's own value is the percentage: its amount is net P&L's. */
export function TileChange({ metric, metrics, named }: TileChangeProps) {
  if (named === null) {
    return (
      <div className="tile-change">
        <p className="tile-base">{reasonOf(metric, metrics)}</p>
      </div>
    );
  }
  const { base } = named;
  return (
    <div className="tile-change">
      {metric === "grossMarginPct"
        ? <Points now={metrics[metric]} before={base.metrics[metric]} />
        : <Dollars metric={metric} now={metrics} before={base.metrics} />}
      <BaseName {...named} metric={metric === "grossMarginPct" ? metric : amountOf(metric)} />
    </div>
  );
}

type AmountName = "netPnl" | "totalRevenue" | "totalExpenses";

function amountOf(metric: MetricName): AmountName {
  return METRICS[metric].unit === "USD" ? metric as AmountName : "netPnl";
}

function Dollars(
  { metric, now, before }: {
    readonly metric: MetricName;
    readonly now: Snapshot["metrics"];
    readonly before: Snapshot["metrics"];
  },
) {
  const name = amountOf(metric);
  const { amount, percent } = changeOf(now[name], before[name]);
  return (
    <p className="tile-delta">
      <Glyph value={amount} />
      <Amount value={amount} signed exact={money(amount) === money("0.00")} />{" "}
      {name !== metric || percent === null ? null : (
        <span className="tile-percent">
          (<Percent value={percent} signed />)
        </span>
      )}
      {name === metric ? null : <span className="quiet">of net P&L</span>}
    </p>
  );
}

function Points({ now, before }: { readonly now: string | null; readonly before: string | null }) {
  const points = pointsOf(now, before);
  return (
    <p className="tile-delta">
      <Glyph value={points} />
      {points === null
        ? <Percent value={null} />
        : (
          <span className="figure" data-tone={TONES[`${signOf(points)}`]} data-value={points}>
            {percentage(points, "signed").replace(/ %$/, " points")}
          </span>
        )}
    </p>
  );
}
