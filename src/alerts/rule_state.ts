/** The life of an alert: ok, pending, firing, resolved. Pure: time comes in as a parameter. */
import type { Answer } from "./condition.ts";

/** How an alert is. Times are Unix milliseconds. */
export interface RuleState {
  readonly status: "ok" | "pending" | "firing" | "resolved";
  /** Since when the condition holds, or held; null before it ever did. */
  readonly since: number | null;
  /** When it was last told that it fires; null while it does not. */
  readonly toldAt: number | null;
  /** What the condition was last judged by while it held. */
  readonly value: string | null;
}

/** How often an alert speaks. */
export interface Pace {
  /** The condition has to hold for so long, seconds. */
  readonly forSeconds: number;
  /** While it fires it is told again after so many seconds; null: it is not. */
  readonly every: number | null;
}

/** What is to be told. */
export type Notice = "firing" | "repeated" | "resolved";

/** Nothing has happened yet. */
export const INITIAL: RuleState = { status: "ok", since: null, toldAt: null, value: null };

/** What a step comes to. */
export interface Step {
  readonly state: RuleState;
  readonly notice: Notice | null;
}

/** The clock may have been set back since: nothing began in the future. */
function past(time: number | null, now: number): number {
  return time === null ? now : Math.min(time, now);
}

function whereItHolds(state: RuleState, pace: Pace, value: string | null, now: number): Step {
  if (state.status === "firing") {
    const toldAt = past(state.toldAt, now);
    const again = pace.every !== null && now - toldAt >= pace.every * 1000;
    const firing: RuleState = { ...state, toldAt: again ? now : toldAt, value };
    return { state: firing, notice: again ? "repeated" : null };
  }
  const since = state.status === "pending" ? past(state.since, now) : now;
  if (now - since < pace.forSeconds * 1000) {
    return { state: { status: "pending", since, toldAt: null, value }, notice: null };
  }
  return { state: { status: "firing", since, toldAt: now, value }, notice: "firing" };
}

/**
 * Takes one answer. None at all (null) changes nothing: what is not known neither fires nor resolves.
 *
 * @param now Unix milliseconds
 */
export function step(state: RuleState, pace: Pace, answer: Answer | null, now: number): Step {
  if (answer === null) return { state, notice: null };
  if (answer.holds) return whereItHolds(state, pace, answer.value, now);
  if (state.status === "firing") {
    return {
      state: { ...state, status: "resolved", toldAt: null, value: answer.value },
      notice: "resolved",
    };
  }
  if (state.status === "pending") return { state: INITIAL, notice: null };
  return { state, notice: null };
}
