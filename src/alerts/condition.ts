/** What a rule waits for, and whether it is so. */
import { minus, type Money, money, parseMoney } from "../pnl/money.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import type { SourceName } from "../pnl/sources.ts";
import { isStale } from "../projection/served.ts";
import type { SourceStatus } from "../sources/status.ts";
import { figureOf } from "./figures.ts";

/** Comparisons. */
export const OPERATORS = ["<", "<=", ">", ">="] as const;

/** A part that the watchdog looks at; `any`: whichever. */
export const PARTS = ["any", "polling", "projecting", "pushing", "event_loop"] as const;

/** What a rule waits for. */
export type Condition =
  | { readonly metric: string; readonly op: typeof OPERATORS[number]; readonly value: string }
  | { readonly stale: SourceName }
  | { readonly unreconciled: { readonly above: string } }
  | { readonly watchdog: typeof PARTS[number] };

/** What the conditions of time are judged by, now. */
export interface Surroundings {
  readonly statuses: readonly SourceStatus[];
  /** What the watchdog found. */
  readonly stalls: readonly { readonly part: string; readonly reason: string }[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** Whether a condition holds. */
export interface Answer {
  readonly holds: boolean;
  /** What it was judged by: a figure, a time, words. */
  readonly value: string | null;
}

function compare(op: typeof OPERATORS[number], value: Money, threshold: Money): boolean {
  switch (op) {
    case "<":
      return value < threshold;
    case "<=":
      return value <= threshold;
    case ">":
      return value > threshold;
    case ">=":
      return value >= threshold;
  }
}

function magnitude(value: Money): Money {
  return value < 0n ? minus(money(0n), value) : value;
}

/** True for a condition that a snapshot decides, and not the time. */
export function isOfSnapshots(condition: Condition): boolean {
  return "metric" in condition || "unreconciled" in condition;
}

/** The bound of a condition, as the rule says it; null where it has none. */
export function thresholdOf(condition: Condition): string | null {
  if ("metric" in condition) return condition.value;
  return "unreconciled" in condition ? condition.unreconciled.above : null;
}

/** The larger of what is unreconciled, in cash or in realised P&L; null where neither is evaluated. */
function unreconciledOf({ components: { kalshi }, quality }: Snapshot): string | null {
  const { unreconciled } = kalshi;
  if (unreconciled === null || !quality.complete) return null;
  const amounts = [unreconciled.cash, unreconciled.realizedPnl].filter((each) => each !== null);
  return amounts.reduce<string | null>(
    (most, each) =>
      most === null || magnitude(parseMoney(each)) > magnitude(parseMoney(most)) ? each : most,
    null,
  );
}

/**
 * Judges a condition by a snapshot. Null where it gives no answer: the figure is not known, or the
 * condition is one of time.
 */
export function answerOfSnapshot(condition: Condition, snapshot: Snapshot): Answer | null {
  if ("metric" in condition) {
    const value = figureOf(snapshot, condition.metric);
    if (value === null) return null;
    const holds = compare(condition.op, parseMoney(value), parseMoney(condition.value));
    return { holds, value };
  }
  if (!("unreconciled" in condition)) return null;
  const value = unreconciledOf(snapshot);
  if (value === null) return null;
  return { holds: magnitude(parseMoney(value)) > parseMoney(condition.unreconciled.above), value };
}

/** A source that starts, is read from its beginning or is not configured gives no answer. */
function answerOfSource(status: SourceStatus | undefined, now: number): Answer | null {
  if (status === undefined) return null;
  const { state, lastSuccessAt: value } = status;
  if (state === "stopped") return { holds: true, value };
  if (state !== "ok" && state !== "degraded") return null;
  return { holds: isStale(status, now), value };
}

/** Judges a condition of time. Null where there is no answer, or where a snapshot decides. */
export function answerOfTime(condition: Condition, around: Surroundings): Answer | null {
  if ("stale" in condition) {
    const status = around.statuses.find(({ name }) => name === condition.stale);
    return answerOfSource(status, around.now);
  }
  if (!("watchdog" in condition)) return null;
  const { watchdog } = condition;
  const found = around.stalls.filter(({ part }) => watchdog === "any" || part === watchdog);
  const value = found.map(({ reason }) => reason).join(", ");
  return { holds: found.length > 0, value: value === "" ? null : value };
}
