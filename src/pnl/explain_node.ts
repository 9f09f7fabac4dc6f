/** A number with what it came from: the parts that an explanation is built of. */
import type { EventData, EventType } from "./event.ts";

/** The component that a correction corrects. */
export type Corrected = EventData<"pnl.adjustment.recorded.v1">["component"];

/** Which events of the log are behind a number; all that is given must hold. */
export interface EventsBehind {
  readonly type?: EventType;
  readonly subject?: string;
  /** `time` at or after, and before; UTC. */
  readonly from?: string;
  readonly to?: string;
  /** Of corrections, those of one component. */
  readonly component?: Corrected;
  /** The one event at this position. */
  readonly position?: number;
  /** How many positions are worth naming, where it is fewer than usual. */
  readonly most?: number;
}

/** A number of an explanation. */
export interface ExplainedNode {
  /** A metric that can be explained by itself, or the name of a part such as `market:KXA`. */
  readonly name: string;
  readonly label: string;
  /** As the snapshot prints it; null where there is none, which in a sum counts as nothing. */
  readonly value: string | null;
  /**
   * {@link SUM}, or the inputs' names in their order with ` + ` and ` − ` between them, or a quotient of
   * them; null where the value is not computed from the inputs.
   */
  readonly formula: string | null;
  readonly note: string | null;
  readonly inputs: readonly ExplainedNode[];
  readonly events: EventsBehind | null;
}

/** The formula of a number that all its inputs add up to. */
export const SUM = "sum of inputs";

type Head = Pick<ExplainedNode, "name" | "label"> & { readonly note?: string | null };

/** A number that stands in the events themselves. */
export function leaf(head: Head, value: string | null, events: EventsBehind | null): ExplainedNode {
  return { note: null, ...head, value, formula: null, inputs: [], events };
}

/** Events that have a part in a number, which they give only together with others. */
export function group(head: Head, events: EventsBehind): ExplainedNode {
  return leaf(head, null, events);
}

/** A number that is found from others in another way than by adding. */
export function derived(
  head: Head,
  value: string | null,
  formula: string | null,
  inputs: readonly ExplainedNode[],
  events: EventsBehind | null = null,
): ExplainedNode {
  return { note: null, ...head, value, formula, inputs, events };
}

/** A number that all inputs add up to. Without inputs there is nothing to add. */
export function sum(
  head: Head,
  value: string | null,
  inputs: readonly ExplainedNode[],
  events: EventsBehind | null = null,
): ExplainedNode {
  return derived(head, value, value === null || inputs.length === 0 ? null : SUM, inputs, events);
}

/** A number that few inputs add up to, some of them taken away: the formula names each. */
export function signed(
  head: Head,
  value: string | null,
  terms: readonly (readonly ["+" | "−", ExplainedNode])[],
): ExplainedNode {
  const formula = terms.map(([sign, { name }], at) => at === 0 ? name : `${sign} ${name}`);
  const inputs = terms.map(([, node]) => node);
  return derived(head, value, value === null ? null : formula.join(" "), inputs);
}

/** Corrections by the operator that have a part in a number. */
export function corrections(
  component: Corrected,
  span: Pick<EventsBehind, "from" | "to"> = {},
): EventsBehind {
  return { type: "pnl.adjustment.recorded.v1", component, ...span };
}
