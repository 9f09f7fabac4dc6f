/** The figures above the curve: the value, how far it moved, how far it is below its peak, and whether it is live. */
import type { Facts } from "../curve/facts.ts";
import { type Preset, PRESET_LABELS, rangeHref } from "../curve/range.ts";
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
  const { last, change, fall, below } = facts;
  const { range } = curve;
  const isLive = "preset" in range;
  const name = isLive ? PRESET_LABELS[range.preset].long : "this range";
  return (
    <div className="curve-head">
      <div className="curve-value">
        <p className="curve-label">{isLive ? "Net P&L now" : "Net P&L at the end"} (USD)</p>
        <p className="curve-net">
          <Explained metric="netPnl" at={last.position}>
            <Amount value={last.net} signed />
          </Explained>
        </p>
        <p className="curve-change">
          <Amount value={change.amount} signed /> (<Percent value={change.percent} signed />){" "}
          <span className="quiet">over {name}</span>
        </p>
      </div>
      <dl className="curve-facts">
        <div>
          <dt>Below its peak</dt>
          <dd>
            <Amount value={below} signed />
          </dd>
        </div>
        <div>
          <dt>Deepest drawdown</dt>
          <dd>
            <Amount value={fall === null ? "0.00" : formatMoney(fall.depth)} signed />
          </dd>
        </div>
        <div>
          <dt>Highest</dt>
          <dd>
            <Amount value={facts.highest.net} signed />
          </dd>
        </div>
        <div>
          <dt>Lowest</dt>
          <dd>
            <Amount value={facts.lowest.net} signed />
          </dd>
        </div>
      </dl>
      <LiveState isLive={isLive} preset={preset} loading={loading} />
    </div>
  );
}

function LiveState(
  { isLive, preset, loading }: {
    readonly isLive: boolean;
    readonly preset: Preset;
    readonly loading: boolean;
  },
) {
  const status = useLive((state) => state.status);
  const isFollowed = status === "live" || status === "polling";
  return (
    <div className="curve-live">
      <span role="status">
        {loading
          ? <span className="badge">Loading…</span>
          : !isLive
          ? <span className="badge" data-kind="warn">Paused: a past range</span>
          : isFollowed
          ? <span className="badge" data-worth="live">Following live</span>
          : <span className="badge" data-kind="warn">Live has stopped: {status}</span>}
      </span>
      {isLive ? null : (
        <a className="button" href={rangeHref({ preset })} title="Key l">
          Back to live: {PRESET_LABELS[preset].short}
        </a>
      )}
    </div>
  );
}
