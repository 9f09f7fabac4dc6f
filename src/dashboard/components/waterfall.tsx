/** The waterfall from revenue to net: bars, their labels and amounts, and what they say in a sentence. */
import type { Step, Waterfall } from "../waterfall_steps.ts";
import { type WaterfallShape, waterfallShape } from "../waterfall_shape.ts";
import { Amount } from "./amount.tsx";
import { Explained } from "./explained.tsx";

/** Height of a row in the drawing, as the style sheet has it. */
const ROW = 36;
const BAR = 20;

/** Properties of {@link WaterfallFigure}. */
export interface WaterfallFigureProps {
  readonly waterfall: Waterfall;
  /** Position of the log that the amounts are of. */
  readonly position: number;
  readonly totalExpenses: string;
}

/** The figure. Its amounts lead to their explanations. */
export function WaterfallFigure({ waterfall, position, totalExpenses }: WaterfallFigureProps) {
  const { steps } = waterfall;
  const shape = waterfallShape(steps);
  return (
    <figure className="waterfall">
      <div className="falls">
        <Bars shape={shape} />
        {steps.map((step, index) => (
          <Row key={`${step.of} ${step.label}`} step={step} row={index + 1} position={position} />
        ))}
      </div>
      <figcaption>
        <Sentence waterfall={waterfall} totalExpenses={totalExpenses} />
      </figcaption>
    </figure>
  );
}

function Row(
  { step, row, position }: {
    readonly step: Step;
    readonly row: number;
    readonly position: number;
  },
) {
  const { of, kind, label, amount, metric } = step;
  return (
    <>
      <span className="fall-label" data-kind={kind} style={{ gridRow: row }}>
        {kind === "total" ? null : <span className="fall-of">{of}</span>} {label}
      </span>
      <span className="fall-amount" data-kind={kind} style={{ gridRow: row }}>
        <Explained metric={metric} at={position}>
          <Amount value={amount} signed />
        </Explained>
      </span>
    </>
  );
}

function Bars({ shape: { bars, zero } }: { readonly shape: WaterfallShape }) {
  const height = bars.length * ROW;
  return (
    <svg className="fall-bars" height={height} width="100%" aria-hidden="true">
      <line className="fall-zero" x1={`${zero}%`} x2={`${zero}%`} y1={0} y2={height} />
      {bars.map(({ x, width, end, tone }, index) => {
        const y = index * ROW + (ROW - BAR) / 2;
        return (
          <g key={index}>
            <rect
              className="fall-bar"
              data-tone={tone}
              x={`${x}%`}
              width={`${width}%`}
              y={y}
              height={BAR}
              rx={2}
            />
            {index === bars.length - 1 ? null : (
              <line
                className="fall-link"
                x1={`${end}%`}
                x2={`${end}%`}
                y1={y + BAR}
                y2={y + ROW}
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}

function Sentence(
  { waterfall: { steps, adds, residual }, totalExpenses }: {
    readonly waterfall: Waterfall;
    readonly totalExpenses: string;
  },
) {
  const amountOf = (metric: string) => steps.find((step) => step.metric === metric)?.amount;
  return (
    <>
      Revenue of <Amount value={amountOf("totalRevenue")} /> less expenses of{" "}
      <Amount value={totalExpenses} /> leaves a net of <Amount value={amountOf("netPnl")} signed />.
      {adds
        ? <span className="proof" data-adds="true">The parts add up to the last digit.</span>
        : (
          <strong className="proof" data-adds="false">
            The parts do not add up: <Amount value={residual.totalRevenue} signed /> of revenue and
            {" "}
            <Amount value={residual.netPnl} signed /> of the net are left.
          </strong>
        )}
    </>
  );
}
