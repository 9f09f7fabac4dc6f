/** Buttons for what a drag or a wheel does too: moving along the curve, and zooming. */
import type { Span } from "../curve/range.ts";
import { zoomed } from "../curve/zoom.ts";

/** Properties of {@link CurveTools}. */
export interface CurveToolsProps {
  /** What is seen. */
  readonly span: Span;
  /** Goes to another span. */
  readonly move: (span: Span) => void;
}

const ZOOM = 2;

/** A span moved by a part of its length. */
function moved({ from, to }: Span, part: number): Span {
  const by = (to - from) * part;
  return { from: from + by, to: to + by };
}

/** The buttons. */
export function CurveTools({ span, move }: CurveToolsProps) {
  const tools = [
    { name: "Earlier", sign: "←", to: () => moved(span, -0.5) },
    { name: "Zoom out", sign: "−", to: () => zoomed(span, ZOOM) },
    { name: "Zoom in", sign: "+", to: () => zoomed(span, 1 / ZOOM) },
    { name: "Later", sign: "→", to: () => moved(span, 0.5) },
  ];
  return (
    <div className="curve-tools" role="group" aria-label="Move along the curve">
      {tools.map(({ name, sign, to }) => (
        <button
          key={name}
          type="button"
          className="icon-button"
          title={name}
          aria-label={name}
          onClick={() => move(to())}
        >
          {sign}
        </button>
      ))}
    </div>
  );
}
