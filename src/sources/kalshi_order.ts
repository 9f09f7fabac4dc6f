/** The order of facts within a poll, and what counts as one fact. */
import { contentDifference } from "../pnl/content.ts";
import type { FactCandidate } from "../pnl/event.ts";
import type { TimedFact } from "./kalshi_rows.ts";

/**
 * Facts in order of upstream time, fill before settlement, id. Rows that say the same under one id are one
 * fact; where they differ, all that differ are kept, for the log to find the conflict.
 */
export function inOrder(facts: readonly TimedFact[]): FactCandidate[] {
  return distinct(facts).sort((a, b) =>
    compare(a.at.fine, b.at.fine) || rank(a) - rank(b) || compare(a.fact.id, b.fact.id)
  ).map(({ fact }) => fact);
}

function distinct(facts: readonly TimedFact[]): TimedFact[] {
  const byId = new Map<string, TimedFact[]>();
  for (const each of facts) {
    const others = byId.get(each.fact.id);
    if (others === undefined) byId.set(each.fact.id, [each]);
    else if (!others.some((other) => saysTheSame(other.fact, each.fact))) others.push(each);
  }
  return [...byId.values()].flat();
}

function saysTheSame(a: FactCandidate, b: FactCandidate): boolean {
  return a.type === b.type && a.subject === b.subject &&
    contentDifference(a.type, a.data, b.data).length === 0;
}

function rank({ fact }: TimedFact): number {
  return fact.type === "pnl.kalshi.settlement.recorded.v1" ? 1 : 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
