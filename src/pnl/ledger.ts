/**
 * The ledger: all that the events add up to. {@link evolve} folds one event into it and computes all it
 * needs before it changes anything, so that an event that cannot be folded leaves no trace.
 */
import { dayOf, startOfDay } from "./day.ts";
import type { EventType, RecordedEvent } from "./event.ts";
import {
  applyFill,
  applySettlement,
  applyTransfer,
  emptyAccount,
  type KalshiAccount,
} from "./kalshi_account.ts";
import { minus, type Money, parseMoney, plus, ZERO } from "./money.ts";
import {
  applyCash,
  applyPositions,
  applyValuation,
  emptyReconciliation,
  keepWhole,
  type Reconciliation,
} from "./reconciliation.ts";
import { emptySources, sourceNamed, type Sources } from "./sources.ts";
import { Spans } from "./spans.ts";

/** A day's cost by description, as last observed. */
export interface DescribedCost {
  readonly day: string;
  readonly rows: readonly { readonly description: string; readonly amount: string }[];
}

/** The observed state of Anthropic's costs; the amounts are in the `costs` tally. */
export interface Costs {
  /** First day ever observed, in order of arrival; null before. */
  firstDay: string | null;
  described: DescribedCost | null;
  observedAt: string | null;
}

/** The billing service's totals as last observed. */
export interface RevenueTotals {
  invoiced: Money;
  collected: Money;
  /** Time of the first observation: what was collected before is a baseline. */
  readonly first: string;
  observedAt: string;
}

/** Sums of the operator's corrections over the life of the log. */
export interface Adjustments {
  kalshi: Money;
  revenue: Money;
  anthropic: Money;
}

/** All that the events add up to. Owned by the fold; changed by {@link evolve} alone. */
export interface Ledger {
  /** The current UTC day, as the log's clock events have it. */
  day: string;
  readonly account: KalshiAccount;
  readonly reconciliation: Reconciliation;
  readonly costs: Costs;
  revenue: RevenueTotals | null;
  readonly adjustments: Adjustments;
  readonly sources: Sources;
  readonly spans: Spans;
  /** Positions of the rejected rows that were not accepted since, by source and identity, in order. */
  readonly rejections: Map<string, number>;
}

/** The ledger of an empty log. */
export function emptyLedger(): Ledger {
  return {
    day: "",
    account: emptyAccount(),
    reconciliation: emptyReconciliation(),
    costs: { firstDay: null, described: null, observedAt: null },
    revenue: null,
    adjustments: { kalshi: ZERO, revenue: ZERO, anthropic: ZERO },
    sources: emptySources(),
    spans: new Spans(),
    rejections: new Map(),
  };
}

/**
 * Folds an event into the ledger.
 *
 * @throws {UnfoldableError | InvalidDecimalError} where it cannot be folded; nothing has changed then
 */
export function evolve(ledger: Ledger, event: RecordedEvent, position: number): void {
  switch (event.type) {
    case "pnl.kalshi.fill.recorded.v1":
      return ledger.spans.addKalshi(event.time, applyFill(ledger.account, event));
    case "pnl.kalshi.settlement.recorded.v1":
      return ledger.spans.addKalshi(event.time, applySettlement(ledger.account, event));
    case "pnl.kalshi.deposit.recorded.v1":
    case "pnl.kalshi.withdrawal.recorded.v1":
      return applyTransfer(ledger.account, event);
    case "pnl.kalshi.cash.observed.v1":
      return applyCash(ledger.account, ledger.reconciliation, event);
    case "pnl.kalshi.positions.observed.v1":
      return applyPositions(ledger.account, ledger.reconciliation, event);
    case "pnl.kalshi.portfolio.valued.v1":
      return applyValuation(ledger.account, event);
    case "pnl.anthropic.cost.observed.v1":
      return applyCost(ledger, event);
    case "pnl.revenue.totals.observed.v1":
      return applyTotals(ledger, event);
    case "pnl.adjustment.recorded.v1":
      return applyAdjustment(ledger, event);
    case "pnl.clock.day-started.v1":
      if (event.data.day > ledger.day) ledger.day = event.data.day;
      return;
    case "pnl.source.bound.v1":
    case "pnl.source.backfilled.v1":
      return applySource(ledger, event, position);
    case "pnl.source.rejected.v1":
      return applyRejected(ledger, `${event.source} ${event.data.identity}`, position);
    case "pnl.source.accepted.v1":
      ledger.rejections.delete(`${event.source} ${event.data.identity}`);
      return;
    case "pnl.source.degraded.v1":
    case "pnl.source.recovered.v1":
      return;
    default:
      return unknown(event);
  }
}

function unknown(event: never): never {
  throw new TypeError(`Cannot fold an event of type ${(event as { type: EventType }).type}`);
}

/** A row stays at the position where it was first rejected, so that the oldest comes first. */
function applyRejected({ rejections }: Ledger, row: string, position: number): void {
  if (!rejections.has(row)) rejections.set(row, position);
}

function applyCost(
  ledger: Ledger,
  event: RecordedEvent<"pnl.anthropic.cost.observed.v1">,
): void {
  const { day, byDescription } = event.data;
  const amount = parseMoney(event.data.amount);
  for (const row of byDescription ?? []) parseMoney(row.amount);
  ledger.spans.setCost(day, amount);
  const { costs } = ledger;
  if (byDescription !== undefined && (costs.described === null || day >= costs.described.day)) {
    costs.described = { day, rows: byDescription };
  }
  if (costs.observedAt === null || event.time > costs.observedAt) costs.observedAt = event.time;
  if (costs.firstDay === null) {
    costs.firstDay = day;
    updateSpans(ledger);
  }
}

function applyTotals(
  ledger: Ledger,
  event: RecordedEvent<"pnl.revenue.totals.observed.v1">,
): void {
  const invoiced = parseMoney(event.data.invoiced);
  const collected = parseMoney(event.data.collected);
  const before = ledger.revenue;
  if (before === null) {
    ledger.revenue = { invoiced, collected, first: event.time, observedAt: event.time };
    return updateSpans(ledger);
  }
  ledger.spans.addRevenue(event.time, minus(collected, before.collected));
  before.invoiced = invoiced;
  before.collected = collected;
  before.observedAt = event.time;
}

function applyAdjustment(
  ledger: Ledger,
  event: RecordedEvent<"pnl.adjustment.recorded.v1">,
): void {
  const { component } = event.data;
  const amount = parseMoney(event.data.amount);
  ledger.adjustments[component] = plus(ledger.adjustments[component], amount);
  if (component === "kalshi") ledger.spans.addKalshi(event.time, amount);
  else if (component === "revenue") ledger.spans.addRevenue(event.time, amount);
  else ledger.spans.addCostAdjustment(event.time, amount);
}

function applySource(
  ledger: Ledger,
  event: RecordedEvent<"pnl.source.bound.v1" | "pnl.source.backfilled.v1">,
  position: number,
): void {
  const source = sourceNamed(ledger.sources, event.subject);
  if (source === undefined) return;
  if (event.type === "pnl.source.backfilled.v1") {
    if (source === ledger.sources.kalshi && !source.backfilled) {
      keepWhole(ledger.account, ledger.reconciliation);
    }
    source.backfilled = true;
  } else if (source.boundAt === 0) {
    source.boundAt = position;
    source.since = event.data.since;
  }
  updateSpans(ledger);
}

/**
 * From when each bound component is known. Kalshi: from the beginning, once it has been read from there.
 * Anthropic: from the day it is read from, once it has been read from there; where that is not bounded,
 * from the first day observed. Revenue: from its first totals on.
 */
function knownSince(ledger: Ledger): (string | null)[] {
  const { kalshi, anthropic, revenue } = ledger.sources;
  const instants: (string | null)[] = [];
  if (kalshi.boundAt > 0) instants.push(kalshi.backfilled ? "" : null);
  if (anthropic.boundAt > 0) {
    const day = anthropic.since ?? ledger.costs.firstDay;
    instants.push(anthropic.backfilled && day !== null ? startOfDay(day) : null);
  }
  if (revenue.boundAt > 0) instants.push(ledger.revenue?.first ?? null);
  return instants;
}

function updateSpans(ledger: Ledger): void {
  const instants = knownSince(ledger);
  let since = "";
  for (const instant of instants) if (instant !== null && instant > since) since = instant;
  ledger.spans.start(since, !instants.includes(null), ledger.revenue !== null);
}

/** The day that an event without a clock event before it lies in. */
export function ensureDay(ledger: Ledger, recordedTime: string): void {
  if (ledger.day === "") ledger.day = dayOf(recordedTime);
}
