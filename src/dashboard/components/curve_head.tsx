/** The figures above the curve: the value, how far it moved, how far it is below its peak, and whether it is live. */
import type { Facts } from "../curve/facts.ts";
import { type Preset, PRESET_LABELS, rangeHref, rangeName } from "../curve/range.ts";
import type { Curve } from "../curve/use_curve.ts";
import { formatMoney } from "../../pnl/money.ts";
import { METRICS } from "../metrics.ts";
import { useLive } from "../session.ts";
import { type Worth, worthOf } from "../worth.ts";
import { Amount, Percent } from "./amount.tsx";
import { Explained } from "./explained.tsx";

/** Properties of {@link CurveHead}. */
export interface CurveHeadProps {
  readonly curve: Curve;
  readonly facts: Facts;
  /** Where live leads back to. */
  readonly preset: Preset;
  /** Another range is on its way. */
  readonly loading: boolean;
}

/** The figures. */
export function CurveHead({ curve, facts, preset, loading }: CurveHeadProps) {
  const { status, worth } = useLive(({ status, snapshot }) => ({
    status,
    worth: snapshot === null ? null : worthOf(status, snapshot.served, METRICS.netPnl.sources),
  }));
  const { last, change } = facts;
  const { range } = curve;
  const isLive = "preset" in range;
  const isFollowed = status === "live" || status === "polling";
  return (
    <div className="curve-head" data-stale={isLive && !isFollowed}>
      <div>
        <p className="curve-label">{isLive ? "Net P&L now" : "Net P&L at the end"} (USD)</p>
        <p className="curve-net">
          <Explained metric="netPnl" at={last.position}>
            <Amount value={last.net} signed />
          </Explained>
        </p>
        <p className="curve-change">
          <Amount value={change.amount} signed /> (<Percent value={change.percent} signed />){" "}
          <span className="quiet">over {rangeName(range)}</span>
        </p>
      </div>
      <MoreFigures facts={facts} />
      <div className="curve-live">
        <span role="status">
          {loading
            ? <span className="badge">Loading…</span>
            : <LiveBadge isLive={isLive} status={isFollowed ? null : status} worth={worth} />}
        </span>
        {isLive ? null : (
          <a className="button" href={rangeHref({ preset })} title="Key l">
            Back to live: {PRESET_LABELS[preset].short}
          </a>
        )}
      </div>
    </div>
  );
}

function MoreFigures({ facts: { below, fall, highest, lowest } }: { readonly facts: Facts }) {
  const figures = {
    "Below its peak": below,
    "Deepest drawdown": fall === null ? "0.00" : formatMoney(fall.depth),
    Highest: highest,
    Lowest: lowest,
  };
  return (
    <dl className="curve-facts">
      {Object.entries(figures).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Amount value={value} signed />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What the end of a curve that is followed is worth, in the words of the tiles. */
const FOLLOWING: Readonly<Record<Worth, string>> = {
  live: "Following live",
  delayed: "Following, delayed",
  stale: "Following, stale",
  default: "Following, no data",
};

interface LiveBadgeProps {
  readonly isLive: boolean;
  /** Why it does not move on, where it should; null: it does. */
  readonly status: string | null;
  readonly worth: Worth | null;
}

/** Whether the curve moves on. */
function LiveBadge({ isLive, status, worth }: LiveBadgeProps) {
  if (!isLive) return <span className="badge" data-kind="warn">Paused: a past range</span>;
  if (status !== null) {
    return <span className="badge" data-worth="stale">Not followed: {status}</span>;
  }
  const known = worth ?? "default";
  return <span className="badge" data-worth={known}>{FOLLOWING[known]}</span>;
}
