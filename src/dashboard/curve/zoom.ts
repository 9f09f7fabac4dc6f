/** Spans after zooming and panning, within what there is to see. */
import { SHORTEST_MS, type Span } from "./range.ts";

/**
 * A span moved and shortened as little as it has to be to lie within another.
 *
 * @param all the first and the last instant that there is something to see of
 */
export function clampedTo(span: Span, all: Span): Span {
  const most = Math.max(all.to - all.from, SHORTEST_MS);
  const length = Math.min(Math.max(span.to - span.from, SHORTEST_MS), most);
  const middle = (span.from + span.to) / 2;
  const from = Math.max(Math.min(middle - length / 2, all.to - length), all.to - most);
  return { from: Math.round(from), to: Math.round(from + length) };
}

/** A span `factor` times as long, around the same middle or another instant that stays where it is. */
export function zoomed({ from, to }: Span, factor: number, around = (from + to) / 2): Span {
  return { from: around - (around - from) * factor, to: around + (to - around) * factor };
}

/** What is asked for beside a span that the reader moves in, so that there is something to move to. */
export function withMargins({ from, to }: Span, all: Span): Span {
  const margin = (to - from) / 2;
  return {
    from: Math.min(from, Math.max(all.from, from - margin)),
    to: Math.min(all.to, to + margin),
  };
}
