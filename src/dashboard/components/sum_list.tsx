/** A sum: its terms one by one, what they add up to, and whether they do. */
import { residualOf, type Term } from "../sums.ts";
import { Amount } from "./amount.tsx";
import { Explained } from "./explained.tsx";

/** Properties of {@link SumList}. */
export interface SumListProps {
  readonly terms: readonly Term[];
  /** What they add up to. */
  readonly total: Term;
  /** Position of the log that the amounts are of. */
  readonly position: number;
}

/** The terms, then a line, then the total. */
export function SumList({ terms, total, position }: SumListProps) {
  const left = residualOf(terms, total.amount);
  return (
    <dl className="sum">
      {terms.map((term) => (
        <Line
          key={term.label}
          term={term}
          position={position}
          // One alone is added to nothing.
          operator={term.less ? "−" : terms.length === 1 ? "" : "+"}
        />
      ))}
      <Line term={total} position={position} operator="=" />
      {left === null ? null : (
        <div className="sum-residual">
          <dt>The terms do not add up: left over</dt>
          <dd>
            <Amount value={left} signed />
          </dd>
        </div>
      )}
    </dl>
  );
}

function Line(
  { term, position, operator }: {
    readonly term: Term;
    readonly position: number;
    readonly operator: "+" | "−" | "=" | "";
  },
) {
  const { label, amount, metric } = term;
  const figure = <Amount value={amount} />;
  return (
    <div className={operator === "=" ? "sum-total" : undefined}>
      <dt>
        <span className="operator">{operator}</span> {label}
      </dt>
      <dd>
        {metric === undefined
          ? figure
          : <Explained metric={metric} at={position}>{figure}</Explained>}
      </dd>
    </div>
  );
}
