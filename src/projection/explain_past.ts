/** The fold as it was at a past position. */
import { LRUCache } from "lru-cache";
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { type Fold, parseFold, serializeFold } from "../pnl/fold.ts";
import { yieldTurn } from "./catch_up.ts";
import type { Final } from "./final.ts";
import { FoldRun } from "./fold_run.ts";
import { type LedgerCheckpoint, StoreCorruptError } from "./stored.ts";

/** Lines folded at a time. */
const PAGE = 500;
/** Others may have their turn after so long, milliseconds. */
const TURN_MS = 4;
/** How long one question may fold, milliseconds. */
const BUDGET_MS = 10_000;
/** Folds kept as text: so many, of which the way through the log leaves two thirds, and so many characters. */
const MAX_KEPT = 24;
const ON_THE_WAY = 16;
const MAX_CHARACTERS = 64 * 1024 * 1024;
/** They stand at least so many events apart. */
const LEAST_APART = 10_000;

/** A position is further from what is stored than can be folded in the time that a question has. */
export class TooFarError extends Error {
  readonly code = "too_far";
  constructor(readonly position: number, readonly reached: number, budgetMs: number) {
    super(
      `Cannot fold up to position ${position} within ${budgetMs / 1000} s: ${reached} is reached`,
    );
    this.name = "TooFarError";
  }
}

/** What is folded from. */
export interface PastOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly windowMs: number;
  /** The fold that the projection stored last; null where it has not yet. */
  readonly checkpoint: () => LedgerCheckpoint | null;
  /** How long one question may fold, milliseconds; default 10,000. */
  readonly budgetMs?: number;
}

/**
 * Folds up to past positions. The fold is derived from the log alone, so what was folded for one question
 * serves the next: the last fold goes on where the next question is later, and some are kept on the way.
 */
export class PastFolds {
  readonly #options: PastOptions;
  readonly #kept = new LRUCache<number, string>({
    max: MAX_KEPT,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (text) => text.length,
  });
  #run: FoldRun | null = null;
  #newestStored = 0;

  /** What is stored by now is kept: from there it is not far to whatever is shown from now on. */
  constructor(options: PastOptions) {
    this.#options = options;
    this.#keepStored();
  }

  /**
   * The fold at a position. It changes with the next question.
   *
   * @param to not above the log's head
   * @throws {TooFarError} where it takes too long; the next question goes on from there
   * @throws the signal's reason
   */
  async at(to: number, signal: AbortSignal): Promise<Fold> {
    const { log, clock, budgetMs = BUDGET_MS } = this.#options;
    const run = this.#nearest(to);
    this.#run = run;
    const apart = Math.max(LEAST_APART, Math.ceil(log.head().position / ON_THE_WAY));
    const started = clock.monotonic();
    for (let turn = started; run.position < to;) {
      signal.throwIfAborted();
      if (clock.monotonic() - started > budgetMs) {
        throw new TooFarError(to, run.position, budgetMs);
      }
      const finals: Final[] = [];
      run.apply(log.read({ after: run.position, to, limit: PAGE }), finals);
      this.#keep(run, apart);
      turn = await yieldTurn(clock, turn, TURN_MS);
    }
    return run.fold;
  }

  /** The latest of what is there that is not beyond a position. */
  #nearest(to: number): FoldRun {
    const held = this.#run;
    if (held?.position === to) return held;
    this.#keepStored();
    const kept = Math.max(0, ...[...this.#kept.keys()].filter((position) => position <= to));
    if (held !== null && held.position <= to && held.position >= kept) return held;
    const text = this.#kept.get(kept);
    return text === undefined
      ? FoldRun.from(this.#options.windowMs)
      : new FoldRun(parseFold(text), kept);
  }

  /** A stored fold that cannot be read is no reason to fold less: the log is the truth. */
  #keepStored(): void {
    try {
      const stored = this.#options.checkpoint();
      if (stored !== null && stored.position > this.#newestStored) {
        this.#kept.set(stored.position, stored.fold);
        this.#newestStored = stored.position;
      }
    } catch (error) {
      if (!(error instanceof StoreCorruptError)) throw error;
    }
  }

  #keep({ position, fold }: FoldRun, apart: number): void {
    const mark = Math.floor(position / apart) * apart;
    if (mark === 0 || position - mark >= PAGE || this.#kept.has(position)) return;
    this.#kept.set(position, serializeFold(fold));
  }
}
