import type { Logger } from "@logtape/logtape";
import type { EventLog, LogLine } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { serializeFold } from "../pnl/fold.ts";
import type { Final } from "./final.ts";
import type { FoldRun } from "./fold_run.ts";
import type { Build } from "./projection_file.ts";
import type { LedgerCheckpoint } from "./stored.ts";
import { tellQuarantined } from "./tell_quarantined.ts";

/** The fold is checkpointed after so many events, but not more than once in so many milliseconds. */
const LEDGER_EVENTS = 10_000;
const LEDGER_LEAST_MS = 1000;
/** And after so long, where anything has changed. */
const LEDGER_MOST_MS = 60_000;

/** What a {@link Materializer} joins. */
export interface MaterializerOptions {
  readonly build: Build;
  readonly run: FoldRun;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A fold and the build that keeps what it makes. They move forward together. */
export class Materializer {
  readonly build: Build;
  readonly run: FoldRun;
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #pending: Final[] = [];
  #ledgerPosition: number;
  #ledgerAt: number;

  constructor({ build, run, log, clock, logger }: MaterializerOptions) {
    this.build = build;
    this.run = run;
    this.#log = log;
    this.#clock = clock;
    this.#logger = logger;
    this.#ledgerPosition = build.store.reader.ledger()?.position ?? 0;
    this.#ledgerAt = clock.monotonic();
  }

  /** What is folded and not written yet. */
  get pending(): { readonly events: number; readonly finals: number } {
    const stored = this.build.store.checkpoint?.position ?? 0;
    return { events: this.run.position - stored, finals: this.#pending.length };
  }

  /**
   * Folds lines; what they make is written by the next {@link commit}. Those that cannot be folded are
   * said in the log.
   *
   * @throws {LogGapError}
   */
  fold(lines: readonly LogLine[]): void {
    const { fold } = this.run;
    const { quarantined } = fold;
    this.run.apply(lines, this.#pending);
    tellQuarantined(fold, lines, quarantined, this.#logger);
  }

  /**
   * Writes the finals made since, the checkpoint, and the fold where that is due, in one transaction.
   * After a failure nothing is written and the same call may be made again.
   *
   * @param ledger write the fold in any case
   * @returns the finals written, oldest first
   */
  commit(ledger = false): readonly Final[] {
    const { position, recorded } = this.run;
    if (position === 0 || recorded === null) return [];
    const due = position > this.#ledgerPosition && (ledger || this.#isLedgerDue(position));
    const stored = this.build.store.checkpoint?.position ?? 0;
    if (position === stored && !due) return [];
    const finals = this.#pending.slice();
    const fold: LedgerCheckpoint | undefined = due
      ? { position, fold: serializeFold(this.run.fold) }
      : undefined;
    this.build.store.write({
      finals,
      checkpoint: { logId: this.#log.id, position, root: this.#rootAt(position), recorded },
      ...(fold === undefined ? {} : { ledger: fold }),
    });
    this.#pending.length = 0;
    if (due) {
      this.#ledgerPosition = position;
      this.#ledgerAt = this.#clock.monotonic();
    }
    return finals;
  }

  #isLedgerDue(position: number): boolean {
    const age = this.#clock.monotonic() - this.#ledgerAt;
    if (age >= LEDGER_MOST_MS) return true;
    return position - this.#ledgerPosition >= LEDGER_EVENTS && age >= LEDGER_LEAST_MS;
  }

  #rootAt(position: number): string {
    const head = this.#log.head();
    return head.position === position ? head.root : this.#log.rootAt(position);
  }
}
