/** The fold as it was at a past position. */
import { LRUCache } from "lru-cache";
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { type Fold, parseFold, serializeFold } from "../pnl/fold.ts";
import { yieldTurn } from "./catch_up.ts";
import type { Final } from "./final.ts";
import { FoldRun } from "./fold_run.ts";
import type { LedgerCheckpoint } from "./stored.ts";

/** Lines folded at a time. */
const PAGE = 500;
/** Others may have their turn after so long, milliseconds. */
const TURN_MS = 4;
/** How long one question may fold, milliseconds. */
const BUDGET_MS = 10_000;
/** Folds kept as text on the way through the log: so many, and so many characters in all. */
const MAX_KEPT = 16;
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

  constructor(options: PastOptions) {
    this.#options = options;
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
    const apart = Math.max(LEAST_APART, Math.ceil(log.head().position / MAX_KEPT));
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
    const { checkpoint, windowMs } = this.#options;
    const held = this.#run !== null && this.#run.position <= to ? this.#run : null;
    const kept = Math.max(0, ...[...this.#kept.keys()].filter((position) => position <= to));
    const stored = held?.position === to ? null : checkpoint();
    const storedAt = stored !== null && stored.position <= to ? stored.position : 0;
    const best = Math.max(held?.position ?? 0, kept, storedAt);
    if (best === 0) return FoldRun.from(windowMs);
    if (held?.position === best) return held;
    const text = kept === best ? this.#kept.get(best) : stored?.fold;
    return text === undefined ? FoldRun.from(windowMs) : new FoldRun(parseFold(text), best);
  }

  #keep({ position, fold }: FoldRun, apart: number): void {
    const mark = Math.floor(position / apart) * apart;
    if (mark === 0 || position - mark >= PAGE || this.#kept.has(position)) return;
    this.#kept.set(position, serializeFold(fold));
  }
}
