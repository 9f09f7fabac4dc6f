/** What `/api/pnl/explain` answers: `pnl.explain.v1`. */

/** The events behind a figure. */
export interface ExplainedBy {
  readonly count: number;
  /** Positions of the first and the last. */
  readonly first: number;
  readonly last: number;
  /** Parameters of `/api/events` that select them, without a question mark. */
  readonly query: string;
  /** Positions, at most 100. */
  readonly positions: readonly number[];
}

/** A figure, and what it was made of. */
export interface ExplainNode {
  readonly name: string;
  readonly label: string;
  readonly value: string | null;
  readonly formula: string | null;
  readonly note: string | null;
  readonly inputs: readonly ExplainNode[];
  readonly events: ExplainedBy | null;
}

/** How a metric came about at a position of the log. */
export interface Explanation {
  readonly schema: "pnl.explain.v1";
  readonly metric: string;
  readonly position: number;
  readonly at: string;
  readonly value: string | null;
  readonly unit: "USD" | "percent";
  readonly node: ExplainNode;
}
