import type { LogLine } from "../log/event_log.ts";
import { applyEvent, type Fold, initialFold, quarantineEvent } from "../pnl/fold.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import { upcast, UpcastError } from "../pnl/upcast.ts";
import { type Final, finalOf } from "./final.ts";

/** A line as parsed: of which version its data is, is not known yet. */
interface RawEvent {
  readonly recordedtime: string;
}

/** A line of the log came out of order, or is no event. The log is not what it should be. */
export class LogGapError extends Error {
  readonly code = "log_gap";
  constructor(readonly expected: number, readonly found: number) {
    super(`Cannot fold position ${found}: ${expected} is the next one`);
    this.name = "LogGapError";
  }
}

/** A fold on its way through the log. */
export class FoldRun {
  readonly fold: Fold;
  #position: number;
  #recorded: string | null;

  /** Starts at the beginning of the log, or after the position that `fold` has come to. */
  constructor(fold: Fold, position = 0, recorded: string | null = null) {
    this.fold = fold;
    this.#position = position;
    this.#recorded = recorded;
  }

  /** A run from the beginning of a log. */
  static from(windowMs: number): FoldRun {
    return new FoldRun(initialFold(windowMs));
  }

  /** Position of the last event folded. */
  get position(): number {
    return this.#position;
  }

  /** Recorded time of the last event folded; null before the first. */
  get recorded(): string | null {
    return this.#recorded;
  }

  /** Why the last event that is kept as quarantined could not be folded; null where none was. */
  get lastError(): string | null {
    const last = this.fold.quarantine.at(-1);
    return last === undefined ? null : `Position ${last.position}: ${last.reason}`;
  }

  /**
   * Folds lines, in order.
   *
   * @param finals takes the finals of the windows that they closed, oldest first
   * @throws {LogGapError} where a line does not follow the one before; those before it are folded
   */
  apply(lines: readonly LogLine[], finals: Final[]): void {
    for (const { position, line } of lines) {
      if (position !== this.#position + 1) throw new LogGapError(this.#position + 1, position);
      const raw: RawEvent = JSON.parse(line);
      const snapshot = this.#fold(raw, position);
      this.#position = position;
      this.#recorded = raw.recordedtime;
      if (snapshot !== null) finals.push(finalOf(snapshot));
    }
  }

  /** One of a type that this program does not know is quarantined: counted as missing, not stumbled over. */
  #fold(raw: RawEvent, position: number): Snapshot | null {
    try {
      return applyEvent(this.fold, upcast(raw), position);
    } catch (error) {
      if (!(error instanceof UpcastError)) throw error;
      return quarantineEvent(this.fold, raw.recordedtime, position, error);
    }
  }
}
