/** An explanation as a tree: each figure with what it was made of, to be opened step by step. */
import { useId, useState } from "react";
import {
  differenceOf,
  formulaText,
  type Operator,
  operatorsOf,
  pathOf,
  unitOf,
  type ValuesByPath,
} from "../explain_rows.ts";
import type { ExplainNode } from "../explanation.ts";
import { whole } from "../format.ts";
import { Amount, Percent } from "./amount.tsx";
import { ExplainEvents } from "./explain_events.tsx";

/** What all nodes of a tree share. */
interface Shared {
  /** Figures down to this depth are open at first. */
  readonly openTo: number;
  /** Values to compare with; null: nothing is compared. */
  readonly before: ValuesByPath | null;
}

/** Properties of {@link ExplainTree}. */
export interface ExplainTreeProps extends Shared {
  readonly node: ExplainNode;
}

/** The tree of an explanation. */
export function ExplainTree({ node, openTo, before }: ExplainTreeProps) {
  return (
    <ul className="tree">
      <Item node={node} above="" operator={null} depth={0} shared={{ openTo, before }} />
    </ul>
  );
}

interface ItemProps {
  readonly node: ExplainNode;
  readonly above: string;
  readonly operator: Operator;
  readonly depth: number;
  readonly shared: Shared;
}

function Item({ node, above, operator, depth, shared }: ItemProps) {
  const [open, setOpen] = useState(depth < shared.openTo);
  const id = useId();
  const path = pathOf(above, node);
  const operators = operatorsOf(node);
  const hasMore = node.inputs.length > 0 || node.events !== null;
  return (
    <li className="tree-item" data-node={node.name}>
      <div className="tree-row">
        <span className="operator" aria-hidden={operator === null}>{operator}</span>
        {hasMore
          ? (
            <button
              type="button"
              className="tree-toggle"
              aria-expanded={open}
              aria-controls={open ? id : undefined}
              onClick={() => setOpen(!open)}
            >
              {node.label}
            </button>
          )
          : <span className="tree-label">{node.label}</span>}
        <Figure node={node} path={path} before={shared.before} />
      </div>
      {open || !hasMore
        ? (
          <div id={id} className="tree-body">
            <Words node={node} />
            {node.inputs.length === 0 ? null : (
              <ul>
                {node.inputs.map((input, index) => (
                  <Item
                    key={`${index} ${input.name}`}
                    node={input}
                    above={path}
                    operator={operators[index] ?? null}
                    depth={depth + 1}
                    shared={shared}
                  />
                ))}
              </ul>
            )}
          </div>
        )
        : null}
    </li>
  );
}

function Figure(
  { node, path, before }: {
    readonly node: ExplainNode;
    readonly path: string;
    readonly before: ValuesByPath | null;
  },
) {
  const Value = unitOf(node) === "USD" ? Amount : Percent;
  return (
    <span className="tree-figures">
      {before === null || node.value === null ? null : (
        <span className="tree-difference">
          <span className="unseen">changed by</span>
          <Value value={differenceOf(node, path, before)} signed />
        </span>
      )}
      <span className="tree-value">
        {node.value === null && node.events !== null
          // Their part is found only together with others: how many they are is all that can be told.
          ? <span className="quiet" data-value="">{whole(node.events.count)} events</span>
          : <Value value={node.value} />}
      </span>
    </span>
  );
}

/** Nothing where the label and the value say all. */
function Words({ node }: { readonly node: ExplainNode }) {
  const formula = formulaText(node);
  if (formula === null && node.note === null && node.events === null) return null;
  return (
    <div className="tree-words">
      {formula === null ? null : <p className="formula">= {formula}</p>}
      {node.note === null ? null : <p>{node.note}</p>}
      {node.events === null ? null : <ExplainEvents events={node.events} />}
    </div>
  );
}
