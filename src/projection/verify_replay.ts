import type { EventLog } from "../log/event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import type { Clock } from "../pnl/clock.ts";
import { serializeFold } from "../pnl/fold.ts";
import { PAGE, yieldTurn } from "./catch_up.ts";
import { BucketCheck } from "./bucket_check.ts";
import { type Difference, firstFinalDifference } from "./difference.ts";
import type { Final } from "./final.ts";
import { FoldRun } from "./fold_run.ts";
import { ProgressMeter, type ReplayProgress } from "./progress.ts";
import { openCurrentReadOnly, type ReadOnlyBuild } from "./read_only_build.ts";
import { UnusableBuildError } from "./resume.ts";
import type { Checkpoint } from "./stored.ts";

/** Options of {@link verifyReplay}. */
export interface VerifyReplayOptions {
  readonly log: EventLog;
  readonly dataDir: string;
  /** Compare only the finals at these positions; default: everything that is stored. */
  readonly from?: number;
  readonly to?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** Called after each page. */
  readonly onProgress?: (progress: ReplayProgress) => void;
}

/** What {@link verifyReplay} found. */
export interface VerifyReplayReport {
  readonly ok: boolean;
  /** Final snapshots that were compared. */
  readonly compared: number;
  /** Position up to which the log was folded and compared. */
  readonly position: number;
  readonly firstDifference?: Difference;
}

/**
 * Folds the log anew and holds what it makes against what the current build has stored, byte for byte:
 * each final snapshot, none missing and none too many; and, where no range is given, the fold's
 * checkpoint, the buckets of history and the lineage. A server may be running.
 *
 * @throws {UnusableBuildError} where there is no build, or one of another fold version or log
 * @throws the signal's reason
 */
export async function verifyReplay(options: VerifyReplayOptions): Promise<VerifyReplayReport> {
  options.signal?.throwIfAborted();
  using build = openCurrentReadOnly(options.dataDir);
  if (build.identity.logId !== options.log.id) {
    throw new UnusableBuildError(`${build.name} was made from another log`);
  }
  return await new Verification(options, build).run();
}

class Verification {
  readonly #options: VerifyReplayOptions;
  readonly #build: ReadOnlyBuild;
  readonly #checkpoint: Checkpoint | null;
  readonly #run: FoldRun;
  readonly #buckets: BucketCheck;
  readonly #whole: boolean;
  readonly #from: number;
  readonly #to: number;
  /** A final stands at the last position of its window, and the event that closes it comes after. */
  readonly #foldTo: number;
  #compared = 0;
  #cursor = 0;

  constructor(options: VerifyReplayOptions, build: ReadOnlyBuild) {
    this.#options = options;
    this.#build = build;
    this.#checkpoint = build.reader.checkpoint();
    this.#run = FoldRun.from(build.identity.windowMs);
    this.#buckets = new BucketCheck(build.reader);
    const end = this.#checkpoint?.position ?? 0;
    this.#whole = options.from === undefined && options.to === undefined;
    this.#from = options.from ?? 1;
    this.#to = Math.min(options.to ?? end, end);
    this.#foldTo = Math.min(this.#to + 1, end);
    this.#cursor = this.#from - 1;
  }

  async run(): Promise<VerifyReplayReport> {
    const firstDifference = this.#lineageDifference() ?? await this.#replay() ??
      (this.#whole ? this.#endDifference() : null);
    return {
      ok: firstDifference === null,
      compared: this.#compared,
      position: Math.min(this.#run.position, this.#to),
      ...(firstDifference === null ? {} : { firstDifference }),
    };
  }

  #lineageDifference(): Difference | null {
    const { log } = this.#options;
    if (this.#checkpoint === null || log.contains(this.#checkpoint)) return null;
    const { position } = this.#checkpoint;
    const root = position <= log.head().position ? log.rootAt(position) : null;
    return {
      what: "checkpoint",
      position,
      stored: JSON.stringify(this.#checkpoint),
      recomputed: root === null ? null : JSON.stringify({ ...this.#checkpoint, root }),
    };
  }

  /** Folds up to the end, comparing on the way; stops at the first difference. */
  async #replay(): Promise<Difference | null> {
    const { log, signal, onProgress, clock = systemClock } = this.#options;
    const meter = new ProgressMeter(clock, this.#foldTo);
    const ledger = this.#whole ? this.#build.reader.ledger() : null;
    for (let turn = clock.monotonic(); this.#run.position < this.#foldTo;) {
      signal?.throwIfAborted();
      const after = this.#run.position;
      const stop = ledger !== null && ledger.position > after ? ledger.position : this.#foldTo;
      const finals: Final[] = [];
      this.#run.apply(log.read({ after, to: Math.min(stop, this.#foldTo), limit: PAGE }), finals);
      const difference = this.#compare(finals) ?? this.#ledgerDifference(ledger);
      onProgress?.(meter.at(this.#run.position, this.#run.lastError));
      if (difference !== null) return difference;
      turn = await yieldTurn(clock, turn);
    }
    return null;
  }

  #compare(made: readonly Final[]): Difference | null {
    const finals = made.filter(({ position }) => position >= this.#from);
    const difference = firstFinalDifference(this.#build.reader, this.#cursor, finals);
    if (difference !== null) return difference;
    this.#compared += finals.length;
    this.#cursor = finals.at(-1)?.position ?? this.#cursor;
    return this.#whole ? this.#buckets.add(finals, this.#run.position) : null;
  }

  #ledgerDifference(ledger: { position: number; fold: string } | null): Difference | null {
    if (ledger?.position !== this.#run.position) return null;
    const recomputed = serializeFold(this.#run.fold);
    if (recomputed === ledger.fold) return null;
    return { what: "fold", position: ledger.position, stored: ledger.fold, recomputed };
  }

  /** What is only known at the end: rows too many, the newest buckets, the checkpoint's time. */
  #endDifference(): Difference | null {
    const [extra] = this.#build.reader.finalsAfter(this.#cursor, 1);
    if (extra !== undefined) {
      const { position, json } = extra;
      return { what: "final", position, stored: json, recomputed: null };
    }
    const recorded = this.#run.recorded;
    if (this.#checkpoint !== null && this.#checkpoint.recorded !== recorded) {
      return {
        what: "checkpoint",
        position: this.#run.position,
        stored: this.#checkpoint.recorded,
        recomputed: recorded,
      };
    }
    return this.#buckets.finish(this.#run.position);
  }
}
