/** The state of the fold, and its version. */
import { emptyLedger, type Ledger } from "./ledger.ts";
import type { Money } from "./money.ts";

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
