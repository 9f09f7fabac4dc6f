/** One round of a source: every unit polled, what came appended, cursors saved. */
import type { Clock } from "../pnl/clock.ts";
import type { Candidate, FactCandidate } from "../pnl/event.ts";
import type { EventLog } from "../log/event_log.ts";
import type { Appender } from "./appender.ts";
import {
  type Poll,
  type Source,
  type SourceUnit,
  UpstreamError,
  type UpstreamErrorClass,
} from "./source.ts";
import type { StateStore, UnitState } from "./state_store.ts";
import { Watchdog } from "./watchdog.ts";

/** Failures that the source's other units would meet too: the round ends there. */
const UNREACHABLE: ReadonlySet<UpstreamErrorClass> = new Set([
  "network",
  "timeout",
  "rate_limited",
  "clock_skew",
]);

/** What a round works with. */
export interface RoundDeps {
  readonly source: Source;
  /** As bound; null where the source is not bounded. */
  readonly since: string | null;
  readonly log: EventLog;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly appender: Appender;
  /** A unit that brings nothing for so long is ended, in milliseconds. */
  readonly noProgressMs: number;
  /** Called before each batch is appended and before cursors are saved; may throw. */
  readonly ready: () => void;
  /** Rows that arrived, for showing how a backfill goes. */
  readonly progress: (rows: number) => void;
}

/** How a round went. */
export interface RoundResult {
  /** Events that were new. */
  readonly appended: number;
  /** The first failure of a unit, or null. */
  readonly error: UpstreamError | null;
  /**
   * The round counts as failed: its first unit, which the figures rest on, failed, or every unit did. A
   * unit that the key may not read does not count while another works.
   */
  readonly failed: boolean;
  /**
   * The first unit was read, and every other that the key may read answered whole. Without the first the
   * figures would be called fresh that rest on it.
   */
  readonly whole: boolean;
}

interface Outcome {
  readonly unit: SourceUnit;
  /** As saved before the round. */
  readonly before: UnitState | null;
  readonly poll: Poll | null;
  readonly error: UpstreamError | null;
}

/**
 * Runs a round.
 *
 * @throws {LogFailedError | DatabaseError} where something of ours failed; cursors stay as they were
 * @throws what `ready` does; cursors stay as they were
 * @throws the signal's reason
 */
export async function runRound(deps: RoundDeps, signal: AbortSignal): Promise<RoundResult> {
  const outcomes: Outcome[] = [];
  for (const unit of deps.source.units) {
    const outcome = await pollUnit(deps, unit, signal);
    outcomes.push(outcome);
    if (outcome.error !== null && UNREACHABLE.has(outcome.error.errorClass)) break;
  }
  const states = unitStates(outcomes);
  const candidates = arranged(outcomes, backfilledEvent(deps, outcomes, states));
  const rejected = outcomes.flatMap(({ poll }) => poll?.rejected ?? []);
  const appended = await deps.appender.append(candidates, rejected, signal, deps.ready);
  if (states.size > 0) {
    // A cursor may hold the wall clock's time, as events do.
    deps.ready();
    deps.state.saveUnits(deps.source.name, states, deps.log);
  }
  return { appended, ...judged(deps.source, outcomes) };
}

async function pollUnit(deps: RoundDeps, unit: SourceUnit, signal: AbortSignal): Promise<Outcome> {
  const before = deps.state.unit(deps.source.name, unit.name);
  using watchdog = new Watchdog(signal, deps.noProgressMs);
  try {
    const poll = await unit.poll({
      cursor: before?.cursor ?? null,
      since: deps.since,
      signal: watchdog.signal,
      progress: (rows) => {
        watchdog.heard();
        deps.progress(rows);
      },
    });
    return { unit, before, poll, error: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UpstreamError)) throw error;
    return { unit, before, poll: null, error };
  }
}

function unitStates(outcomes: readonly Outcome[]): Map<string, UnitState> {
  const states = new Map<string, UnitState>();
  for (const { unit, before, poll } of outcomes) {
    if (poll === null) continue;
    const facts = before?.facts ?? poll.events.filter(({ kind }) => kind === "fact").length;
    states.set(unit.name, { cursor: poll.cursor, facts });
  }
  return states;
}

/**
 * `source.backfilled` where this round completes the first reading of every unit. A unit that the key may
 * not read is not waited for, but for the first.
 */
function backfilledEvent(
  deps: RoundDeps,
  outcomes: readonly Outcome[],
  states: ReadonlyMap<string, UnitState>,
): FactCandidate | null {
  const { source, log, clock } = deps;
  if (outcomes.length < source.units.length) return null;
  const done = outcomes.every(({ before, poll, error }, index) =>
    before !== null || poll?.backfilled === true ||
    (index > 0 && error?.errorClass === "unauthorized")
  );
  if (!done) return null;
  const type = "pnl.source.backfilled.v1";
  if (log.read({ source: source.source, type, limit: 1 }).length > 0) return null;
  const facts = outcomes.reduce(
    (sum, { unit, before }) => sum + (states.get(unit.name)?.facts ?? before?.facts ?? 0),
    0,
  );
  return {
    kind: "fact",
    source: source.source,
    type,
    id: "backfilled",
    subject: source.name,
    time: new Date(clock.now()).toISOString(),
    data: { facts },
  };
}

/**
 * Units in their order; `source.backfilled` after the facts and before the readings that are held against
 * them, so that those are evaluated at once.
 */
function arranged(outcomes: readonly Outcome[], backfilled: FactCandidate | null): Candidate[] {
  const events = outcomes.flatMap(({ poll }) => poll?.events ?? []);
  if (backfilled === null) return events;
  const reading = events.findIndex((event) =>
    event.kind === "observation" && event.withFacts === true
  );
  const at = reading === -1 ? events.length : reading;
  return [...events.slice(0, at), backfilled, ...events.slice(at)];
}

function judged(source: Source, outcomes: readonly Outcome[]): Omit<RoundResult, "appended"> {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const worked = outcomes.some(({ poll }) => poll !== null);
  const first = outcomes[0]?.error ?? null;
  const failed = !worked || (first !== null && first.errorClass !== "unauthorized");
  const whole = first === null && outcomes.length === source.units.length &&
    errors.every(({ errorClass }) => errorClass === "unauthorized");
  return { error: errors[0] ?? null, failed: errors.length > 0 && failed, whole };
}
