/** The figures above the curve: the value, how far it moved, how far it is below its peak, and whether it is live. */
import type { Facts } from "../curve/facts.ts";
import { type Preset, PRESET_LABELS, rangeHref, rangeName } from "../curve/range.ts";
import type { Curve } from "../curve/use_curve.ts";
import { formatMoney } from "../../pnl/money.ts";
import { useLive } from "../session.ts";
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
  const status = useLive((state) => state.status);
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
            : <LiveBadge isLive={isLive} status={isFollowed ? null : status} />}
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

/** Whether the curve moves on. @param status why not, where it should; null: it does */
function LiveBadge(
  { isLive, status }: { readonly isLive: boolean; readonly status: string | null },
) {
  if (!isLive) return <span className="badge" data-kind="warn">Paused: a past range</span>;
  return status === null
    ? <span className="badge" data-worth="live">Following live</span>
    : <span className="badge" data-worth="stale">Not followed: {status}</span>;
}
