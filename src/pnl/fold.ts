/**
 * The fold: events in, snapshots out. What it gives is a function of the log's prefix, of
 * {@link FOLD_VERSION} and of the window length, and of nothing else.
 *
 * Windows tumble over recorded time, aligned to the epoch. A window is final when an event of a later
 * window is folded; a window without events gives nothing. Trends are measured against the last final
 * snapshot, and the last one before the UTC day, that was taken while nothing was pending and no bound
 * source was being read from its beginning: figures that are known to be partial are no base.
 */
import type { RecordedEvent } from "./event.ts";
import { emptyLedger, ensureDay, evolve, type Ledger } from "./ledger.ts";
import { ledgerOf, type PlainLedger, plainLedger } from "./ledger_state.ts";
import type { Money } from "./money.ts";
import type { Snapshot } from "./snapshot_schema.ts";
import { type Taken, takeSnapshot } from "./snapshot.ts";
import { parseState, stringifyState } from "./state_text.ts";

/** Version of the fold: goes up with every change of what a given log folds to. */
export const FOLD_VERSION = 1;

/** How many quarantined events are kept by position and reason; all of them are counted. */
export const QUARANTINE_LISTED = 100;

const LONGEST_WINDOW_MS = 86_400_000;

/** An event that could not be folded. */
export interface QuarantinedEvent {
  readonly position: number;
  readonly reason: string;
}

/** The state of the fold. Mutable; owned by the caller, changed by the functions of this file alone. */
export interface Fold {
  readonly windowMs: number;
  /** Position of the last event folded. */
  position: number;
  /** First instant of the open window and of the next, UTC; empty before the first event. */
  windowStart: string;
  windowEnd: string;
  readonly ledger: Ledger;
  /** Net P&L of the last final that is a base. */
  prior: Money | null;
  /** Net P&L of the last such final before the current UTC day. */
  priorDay: Money | null;
  quarantined: number;
  readonly quarantine: QuarantinedEvent[];
}

/**
 * The fold of an empty log.
 *
 * @param windowMs length of a window, 1 ms to a day
 * @throws {RangeError}
 */
export function initialFold(windowMs: number): Fold {
  if (!Number.isInteger(windowMs) || windowMs < 1 || windowMs > LONGEST_WINDOW_MS) {
    throw new RangeError(
      `Cannot fold in windows of ${windowMs} ms: not a length from 1 ms to a day`,
    );
  }
  return {
    windowMs,
    position: 0,
    windowStart: "",
    windowEnd: "",
    ledger: emptyLedger(),
    prior: null,
    priorDay: null,
    quarantined: 0,
    quarantine: [],
  };
}

/**
 * Folds the event at the next position. An event that cannot be folded changes nothing but the count of
 * the quarantined.
 *
 * @returns the final snapshot of the window that this event closed; null where it closed none
 * @throws {RangeError} where `position` is not the next one
 */
export function applyEvent(fold: Fold, event: RecordedEvent, position: number): Snapshot | null {
  const closed = advance(fold, event.recordedtime, position);
  if (event.type === "pnl.clock.day-started.v1" && event.data.day > fold.ledger.day) {
    fold.priorDay = fold.prior;
  }
  try {
    evolve(fold.ledger, event, position);
  } catch (error) {
    quarantine(fold, position, error);
  }
  return closed;
}

/**
 * Counts the event at the next position as one that cannot be folded, for one that cannot even be read.
 *
 * @param recordedTime its recorded time, where that is known
 * @returns the final snapshot of the window that it closed; null where it closed none
 * @throws {RangeError} where `position` is not the next one
 */
export function quarantineEvent(
  fold: Fold,
  recordedTime: string | null,
  position: number,
  reason: unknown,
): Snapshot | null {
  const closed = advance(fold, recordedTime ?? fold.windowStart, position);
  quarantine(fold, position, reason);
  return closed;
}

/** The provisional snapshot of the open window; null before the first event. */
export function currentSnapshot(fold: Fold): Snapshot | null {
  return fold.windowEnd === "" ? null : take(fold, false).snapshot;
}

function advance(fold: Fold, recordedTime: string, position: number): Snapshot | null {
  if (position !== fold.position + 1) {
    throw new RangeError(
      `Cannot fold position ${position}: position ${fold.position + 1} comes next`,
    );
  }
  const turns = recordedTime !== "" && recordedTime >= fold.windowEnd;
  const closed = turns ? turnWindow(fold, recordedTime) : null;
  fold.position = position;
  return closed;
}

/** Closes the open window, if there is one, and opens the one that a recorded time lies in. */
function turnWindow(fold: Fold, recordedTime: string): Snapshot | null {
  let closed: Snapshot | null = null;
  if (fold.windowEnd === "") {
    ensureDay(fold.ledger, recordedTime);
  } else {
    const taken = take(fold, true);
    if (taken.isBase) fold.prior = taken.netPnl;
    closed = taken.snapshot;
  }
  const time = Date.parse(recordedTime);
  const start = time - (time % fold.windowMs);
  fold.windowStart = new Date(start).toISOString();
  fold.windowEnd = new Date(start + fold.windowMs).toISOString();
  return closed;
}

function take(fold: Fold, final: boolean): Taken {
  return takeSnapshot(
    fold.ledger,
    {
      version: FOLD_VERSION,
      position: fold.position,
      start: fold.windowStart,
      end: fold.windowEnd,
      final,
    },
    { prior: fold.prior, day: fold.priorDay },
    { count: fold.quarantined, since: fold.quarantine[0]?.position ?? null },
  );
}

function quarantine(fold: Fold, position: number, error: unknown): void {
  fold.quarantined += 1;
  if (fold.quarantine.length >= QUARANTINE_LISTED) return;
  const reason = error instanceof Error ? error.message : String(error);
  fold.quarantine.push({ position, reason: reason.slice(0, 500) });
}

/** Thrown where a text is not that of a fold of this version. */
export class FoldTextError extends Error {
  readonly code = "fold_text";
  constructor(reason: string, options?: ErrorOptions) {
    super(`Cannot read a fold's checkpoint: ${reason}`, options);
    this.name = "FoldTextError";
  }
}

interface Checkpoint {
  readonly version: number;
  readonly fold: Omit<Fold, "ledger"> & { readonly ledger: PlainLedger };
}

/** The fold's whole state as text; equal folds give equal texts. */
export function serializeFold(fold: Fold): string {
  const checkpoint: Checkpoint = {
    version: FOLD_VERSION,
    fold: { ...fold, ledger: plainLedger(fold.ledger) },
  };
  return stringifyState(checkpoint);
}

/**
 * The fold of a text that {@link serializeFold} gave; it continues byte for byte.
 *
 * @throws {FoldTextError} on another version's text, or on anything else
 */
export function parseFold(text: string): Fold {
  try {
    const { version, fold } = parseState(text) as Checkpoint;
    if (version !== FOLD_VERSION) {
      throw new FoldTextError(`it is of version ${String(version)}, not ${FOLD_VERSION}`);
    }
    return { ...fold, ledger: ledgerOf(fold.ledger) };
  } catch (cause) {
    if (cause instanceof FoldTextError) throw cause;
    throw new FoldTextError("it is no JSON or a part of it is missing", { cause });
  }
}
