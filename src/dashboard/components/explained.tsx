/** A figure that leads to how it came about. */
import type { ReactNode } from "react";
import { hrefOf } from "../route.ts";

/** Properties of {@link Explained}. */
export interface ExplainedProps {
  /** As `/api/pnl/explain` names it, such as `netPnl` or `periods.day.revenue`. */
  readonly metric: string;
  /** Position of the log that the figure is of; none: the newest when the link is followed. */
  readonly at?: number | null;
  readonly children: ReactNode;
}

/** Its children as a link to their explanation. */
export function Explained({ metric, at = null, children }: ExplainedProps) {
  return (
    <a
      className="explained"
      href={hrefOf("explain", metric, { at: at === null ? null : String(at) })}
    >
      {children}
    </a>
  );
}
