/** What the tree of an explanation shows of each node: its sign in the sum above, its formula in words. */
import { formatMoney, minus, parseMoney } from "../pnl/money.ts";
import { pointsOf } from "./change.ts";
import type { ExplainNode } from "./explanation.ts";

/** How an input goes into the figure above it. */
export type Operator = "+" | "−" | null;

/** The formula of a figure that all its inputs add up to. */
const SUM = "sum of inputs";

/** Divides a formula at the names of the inputs, longest first: one may begin with another's name. */
function partsOf(formula: string, inputs: readonly ExplainNode[]): string[] {
  const names = inputs.map(({ name }) => name).toSorted((a, b) => b.length - a.length);
  const pattern = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return pattern === "" ? [formula] : formula.split(new RegExp(`(${pattern})`));
}

/** The operator of each input; null where the formula is no sum. */
export function operatorsOf({ formula, inputs }: ExplainNode): readonly Operator[] {
  if (formula === SUM) return inputs.map(() => "+");
  if (formula === null || /[÷×|()]/.test(formula)) return inputs.map(() => null);
  const parts = partsOf(formula, inputs);
  return inputs.map(({ name }) => {
    const before = parts[parts.indexOf(name) - 1] ?? "";
    return before.includes("−") ? "−" : "+";
  });
}

/** The formula with the inputs' labels instead of their names; null where there is none. */
export function formulaText({ formula, inputs }: ExplainNode): string | null {
  if (formula === null) return null;
  if (formula === SUM) return `Sum of the ${inputs.length} below`;
  const labels = new Map(inputs.map(({ name, label }) => [name, label]));
  return partsOf(formula, inputs).map((part) => labels.get(part) ?? part).join("");
}

/** In what a node's value is told. */
export function unitOf({ name }: Pick<ExplainNode, "name">): "USD" | "percent" {
  return name.endsWith("Pct") ? "percent" : "USD";
}

/** Values of an explanation's nodes by their path, to compare another explanation with. */
export type ValuesByPath = ReadonlyMap<string, string | null>;

/** A node's place: the names down to it. The same figure may be at several. */
export function pathOf(above: string, { name }: Pick<ExplainNode, "name">): string {
  return `${above}/${name}`;
}

/** All values of an explanation. */
export function valuesByPath(root: ExplainNode): ValuesByPath {
  const values = new Map<string, string | null>();
  const add = (node: ExplainNode, above: string) => {
    const path = pathOf(above, node);
    values.set(path, node.value);
    for (const input of node.inputs) add(input, path);
  };
  add(root, "");
  return values;
}

/**
 * How far a node is from the same one in an earlier explanation. What was not there then was nothing, as
 * in the sum above it.
 *
 * @returns dollars, or percentage points; null where one of them is not known
 */
export function differenceOf(
  node: ExplainNode,
  path: string,
  before: ValuesByPath,
): string | null {
  if (node.value === null) return null;
  if (unitOf(node) === "percent") return pointsOf(node.value, before.get(path) ?? null);
  const old = before.has(path) ? before.get(path) ?? null : "0.00";
  return old === null ? null : formatMoney(minus(parseMoney(node.value), parseMoney(old)));
}

const PERIODS: Readonly<Record<string, string>> = {
  day: "the UTC day",
  month: "the month",
  year: "the year",
  all: "all time",
};

/** What a figure is called by itself: that of a period says of which one. */
export function titleOf(metric: string, label: string): string {
  const period = PERIODS[/^periods\.(\w+)\./.exec(metric)?.[1] ?? ""];
  return period === undefined ? label : `${label} of ${period}`;
}
