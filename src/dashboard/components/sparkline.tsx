/** A small curve without axes, and the same in words. */
import { useMemo } from "react";
import { money, percentage } from "../format.ts";
import { usePreference } from "../preferences.ts";
import { type Sample, type SparkShape, sparkShape } from "../spark_shape.ts";

const SIZE = { width: 240, height: 48, margin: 3 } as const;

/** Properties of {@link Sparkline}. */
export interface SparklineProps {
  readonly samples: readonly Sample[];
  readonly unit: "USD" | "percent";
  /** The time that the samples are of, in words such as `Last hour`. */
  readonly span: string;
  /** What is said where there are too few of them; null: nothing. */
  readonly missing: string | null;
}

/** The curve of some samples. */
export function Sparkline({ samples, unit, span, missing }: SparklineProps) {
  const hidden = usePreference((preferences) => preferences.hideAmounts) && unit === "USD";
  const shape = useMemo(() => sparkShape(samples, SIZE), [samples]);
  if (shape === null) {
    return missing === null ? null : <p className="spark spark-none quiet">{missing}</p>;
  }
  const words = hidden ? `${span}, amounts hidden` : wordsOf(shape, unit, span);
  return (
    <svg
      className="spark"
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words}
    >
      <path className="spark-area" d={shape.area} />
      <path className="spark-line" d={shape.line} vectorEffect="non-scaling-stroke" />
      {shape.end === null ? null : (
        // A line of no length with round caps stays a round dot, however the drawing is stretched.
        <path
          className="spark-end"
          d={`M${shape.end.x} ${shape.end.y}h0`}
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}

function wordsOf({ first, last, lowest, highest }: SparkShape, unit: string, span: string): string {
  const text = (value: string) => unit === "USD" ? money(value) : percentage(value);
  return `${span}: from ${text(first)} to ${text(last)}, lowest ${text(lowest)}, highest ${
    text(highest)
  }`;
}
