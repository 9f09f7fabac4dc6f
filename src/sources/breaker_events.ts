/** Breaker transitions as events of the log. */
import type { FactCandidate } from "../pnl/event.ts";
import type { Source } from "./source.ts";
import type { BreakerState } from "./status.ts";

/** A transition of a source's breaker. */
export interface Transition {
  readonly to: BreakerState;
  /** Class of the failure that opened it; null where it closed. */
  readonly errorClass: string | null;
  readonly consecutiveFailures: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/** `source.recovered` where the breaker closed, else `source.degraded`. */
export function transitionEvent(source: Source, transition: Transition): FactCandidate {
  const { to, errorClass, consecutiveFailures } = transition;
  const time = new Date(transition.at).toISOString();
  return {
    kind: "fact",
    source: source.source,
    type: to === "CLOSED" ? "pnl.source.recovered.v1" : "pnl.source.degraded.v1",
    id: `breaker/${to.toLowerCase()}/${time}`,
    subject: source.name,
    time,
    data: { state: to, errorClass, consecutiveFailures },
  };
}
