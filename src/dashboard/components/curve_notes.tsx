/** What has to be known to read the curve: zone, resolution, gaps, corrections, and who made the chart. */
import type { ReactNode } from "react";
import { parseMoney } from "../../pnl/money.ts";
import { CORRECTION, type Correction } from "../curve/corrections.ts";
import type { Facts } from "../curve/facts.ts";
import type { Grid } from "../curve/grid.ts";
import { axisZone, zoneName } from "../curve/ticks.ts";
import type { Curve } from "../curve/use_curve.ts";
import { ageText } from "../format.ts";
import { usePreference } from "../preferences.ts";
import { hrefOf } from "../route.ts";

/** Properties of {@link CurveNotes}. */
export interface CurveNotesProps {
  readonly curve: Curve;
  readonly facts: Facts;
  readonly corrections: readonly Correction[];
  /** What stands before the words. */
  readonly children: ReactNode;
}

const ITEMS = { raw: "snapshot", "1m": "minute", "1h": "hour", "1d": "UTC day" } as const;

function resolutionText({ resolution, itemMs, stepMs }: Grid): string {
  const count = stepMs / itemMs;
  const name = ITEMS[resolution];
  return count === 1 ? `one point per ${name}` : `one point per ${count} ${name}s`;
}

/** The notes. */
export function CurveNotes({ curve, facts, corrections, children }: CurveNotesProps) {
  const zone = usePreference((preferences) => preferences.zone);
  const { grid, span } = curve;
  return (
    <footer className="curve-notes">
      {children}
      <p>
        Times in {zoneName(axisZone(grid, zone), span.to)}, {resolutionText(grid)}.{" "}
        <span className="curve-keys">
          Drag to move, <kbd>+</kbd> <kbd>-</kbd> or Ctrl and the wheel to zoom.
        </span>
      </p>
      <Zero facts={facts} />
      <Gaps facts={facts} />
      {corrections.length === 0 ? null : (
        <p>
          <a href={hrefOf("events", null, { type: CORRECTION })}>
            {corrections.length === 1 ? "1 correction" : `${corrections.length} corrections`}
          </a>{" "}
          in this range, marked ▼ on the curve.
        </p>
      )}
      <p className="attribution">
        TradingView Lightweight Charts™, Copyright © 2025 TradingView, Inc.{" "}
        <a href="https://www.tradingview.com/" rel="noreferrer">tradingview.com</a>
      </p>
    </footer>
  );
}

function Gaps({ facts }: { readonly facts: Facts }) {
  const { gaps } = facts;
  if (gaps.length === 0) return null;
  const longest = Math.max(...gaps.map(({ from, to }) => to - from));
  return (
    <p data-testid="gaps">
      {gaps.length === 1 ? "1 gap" : `${gaps.length} gaps`}: nothing was recorded for up to{" "}
      {ageText(longest)}. The curve is not drawn there.
    </p>
  );
}

/** Says where zero is when the chart does not show it. */
function Zero({ facts }: { readonly facts: Facts }) {
  const [low, high] = [parseMoney(facts.lowest), parseMoney(facts.highest)];
  const height = high - low;
  if (low > height) return <p>Zero lies below the values of the chart.</p>;
  return -high > height ? <p>Zero lies above the values of the chart.</p> : null;
}
