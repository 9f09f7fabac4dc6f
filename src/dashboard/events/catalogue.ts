/** The catalogue of events in words. Only its types are taken from the domain: its schemas are the server's. */
import type { EventSource, EventType, RecordedEvent } from "../../pnl/event.ts";

/** What the page calls a source of events. */
export const SOURCE_WORDS: Readonly<Record<EventSource, string>> = {
  "/kalshi": "Kalshi",
  "/anthropic": "Anthropic",
  "/revenue": "Revenue",
  "/clock": "Clock",
  "/operator": "Operator",
  "/pnl": "pnl-stream",
};

/** What the page calls a type of event. */
export const TYPE_WORDS: Readonly<Record<EventType, string>> = {
  "pnl.kalshi.fill.recorded.v1": "Fill",
  "pnl.kalshi.settlement.recorded.v1": "Settlement",
  "pnl.kalshi.deposit.recorded.v1": "Deposit",
  "pnl.kalshi.withdrawal.recorded.v1": "Withdrawal",
  "pnl.kalshi.cash.observed.v1": "Cash balance",
  "pnl.kalshi.portfolio.valued.v1": "Portfolio value",
  "pnl.kalshi.positions.observed.v1": "Positions",
  "pnl.anthropic.cost.observed.v1": "Cost of a day",
  "pnl.revenue.totals.observed.v1": "Revenue totals",
  "pnl.source.bound.v1": "Source bound",
  "pnl.source.backfilled.v1": "Source backfilled",
  "pnl.source.degraded.v1": "Source degraded",
  "pnl.source.recovered.v1": "Source recovered",
  "pnl.source.rejected.v1": "Row rejected",
  "pnl.source.accepted.v1": "Row accepted",
  "pnl.clock.day-started.v1": "Day started",
  "pnl.adjustment.recorded.v1": "Adjustment",
};

/** True for a source of the catalogue. */
export function isSource(text: string): text is EventSource {
  return Object.hasOwn(SOURCE_WORDS, text);
}

/** True for a type of the catalogue. */
export function isType(text: string): text is EventType {
  return Object.hasOwn(TYPE_WORDS, text);
}

/** What the page calls a source; one that it does not know goes by its own name. */
export function sourceWords(source: string): string {
  return isSource(source) ? SOURCE_WORDS[source] : source;
}

/** What the page calls a type; one that it does not know goes by its own name. */
export function typeWords(type: string): string {
  return isType(type) ? TYPE_WORDS[type] : type;
}

/** Position of an event in the log. */
export function positionOf(event: Pick<RecordedEvent, "sequence">): number {
  return Number(event.sequence);
}
