/** How far a figure is from the base that it is measured against, and which base that is. */
import type { Base } from "../bases.ts";
import { changeOf, pointsOf } from "../change.ts";
import { signOf } from "../format.ts";
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

const GLYPHS = { "-1": "▼", "0": "＝", "1": "▲" } as const;

function Glyph({ value }: { readonly value: string | null }) {
  return <span className="glyph" aria-hidden="true">{GLYPHS[`${signOf(value)}`]}</span>;
}

/** A window that ends at midnight is the last of the day before. */
function dayOf(end: string): string {
  return new Date(Date.parse(end) - 1).toISOString().slice(0, 10);
}

function BaseName({ base, kind, metric }: NamedBase & { readonly metric: MetricName }) {
  const { position, window } = base;
  return (
    <span className="base">
      since the {kind === "day" ? `close of ${dayOf(window.end)}` : "window to"}{" "}
      {kind === "day" ? null : <ClockTime value={window.end} />}
      {" at "}
      <Explained metric={metric} at={position}>event {position}</Explained>
    </span>
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
function reasonOf({ trendPct }: Snapshot["metrics"]): string {
  return trendPct === null ? "No earlier final to compare with" : "The base is not known here";
}

/** The change of a metric since its base. A trend's own value is the percentage: its amount is net P&L's. */
export function TileChange({ metric, metrics, named }: TileChangeProps) {
  if (named === null) return <p className="change">{reasonOf(metrics)}</p>;
  const { base } = named;
  return (
    <p className="change">
      {metric === "grossMarginPct"
        ? <Points now={metrics[metric]} before={base.metrics[metric]} />
        : <Dollars metric={metric} now={metrics} before={base.metrics} />}{" "}
      <BaseName
        {...named}
        metric={metric === "grossMarginPct" ? "grossMarginPct" : amountOf(metric)}
      />
    </p>
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
    <span className="delta">
      <Glyph value={amount} />
      <Amount value={amount} signed />
      {name !== metric || percent === null ? null : <>({<Percent value={percent} signed />})</>}
    </span>
  );
}

function Points({ now, before }: { readonly now: string | null; readonly before: string | null }) {
  const points = pointsOf(now, before);
  return (
    <span className="delta">
      <Glyph value={points} />
      <Percent value={points} signed /> points
    </span>
  );
}
