import type { EventLog } from "../log/event_log.ts";
import { parseFold } from "../pnl/fold.ts";
import type { Identity } from "./epoch.ts";
import { firstFinalDifference } from "./difference.ts";
import type { Final } from "./final.ts";
import { FoldRun } from "./fold_run.ts";
import type { SnapshotStore } from "./snapshot_store.ts";
import type { Checkpoint } from "./stored.ts";

const PAGE = 2000;

/** Why a build cannot be continued. It is derived data: another is built. */
export class UnusableBuildError extends Error {
  readonly code = "projection_unusable";
  constructor(readonly reason: string, options?: ErrorOptions) {
    super(`Cannot continue the projection: ${reason}`, options);
    this.name = "UnusableBuildError";
  }
}

/**
 * Brings the fold of a build back to where its checkpoint is: the last checkpoint of the ledger, and
 * the tail of the log after it. The finals that the tail makes again must be those that are stored.
 *
 * @throws {UnusableBuildError} where the build is of another log, fold or window, its log was
 * replaced, or it holds other snapshots than the log makes
 */
export function resumeBuild(store: SnapshotStore, log: EventLog, identity: Identity): FoldRun {
  checkIdentity(store.reader.identity(), identity);
  const checkpoint = store.checkpoint;
  if (checkpoint === null) {
    if (store.reader.countFinals() > 0) throw new UnusableBuildError("it has no checkpoint");
    return FoldRun.from(identity.windowMs);
  }
  checkLineage(log, checkpoint);
  const run = restore(store, log, checkpoint, identity.windowMs);
  refoldTail(run, store, log, checkpoint.position);
  return run;
}

function checkIdentity(found: Identity | null, wanted: Identity): void {
  if (found === null) throw new UnusableBuildError("it does not say what it is made of");
  if (found.logId !== wanted.logId) throw new UnusableBuildError("it was made from another log");
  if (found.foldVersion !== wanted.foldVersion) {
    throw new UnusableBuildError(
      `it was made by fold version ${found.foldVersion}, this is ${wanted.foldVersion}`,
    );
  }
  if (found.windowMs !== wanted.windowMs) {
    throw new UnusableBuildError(`its windows are ${found.windowMs} ms, not ${wanted.windowMs}`);
  }
}

function checkLineage(log: EventLog, checkpoint: Checkpoint): void {
  if (!log.contains(checkpoint)) {
    throw new UnusableBuildError(
      `the log does not hold the ${checkpoint.position} events that it was made from`,
    );
  }
}

function restore(
  store: SnapshotStore,
  log: EventLog,
  checkpoint: Checkpoint,
  windowMs: number,
): FoldRun {
  const ledger = store.reader.ledger();
  if (ledger === null) return FoldRun.from(windowMs);
  if (ledger.position > checkpoint.position) {
    throw new UnusableBuildError(`its fold is ahead of its checkpoint ${checkpoint.position}`);
  }
  const [last] = log.read({ after: ledger.position - 1, limit: 1 });
  if (last === undefined) throw new UnusableBuildError(`position ${ledger.position} is not there`);
  return new FoldRun(parseFold(ledger.fold), ledger.position, JSON.parse(last.line).recordedtime);
}

/** Folds up to `to`, holding each final against the stored one. */
function refoldTail(run: FoldRun, store: SnapshotStore, log: EventLog, to: number): void {
  // The window that is open at the ledger's position may be closed by the very next event.
  let compared = Math.max(0, run.position - 1);
  while (run.position < to) {
    const lines = log.read({ after: run.position, to, limit: PAGE });
    if (lines.length === 0) throw new UnusableBuildError(`the log ends before position ${to}`);
    const finals: Final[] = [];
    run.apply(lines, finals);
    compared = compareFinals(finals, store, compared);
  }
  const [extra] = store.reader.finalsAfter(compared, 1);
  if (extra !== undefined) {
    throw new UnusableBuildError(
      `it holds a final at ${extra.position} that the log does not make`,
    );
  }
}

function compareFinals(made: readonly Final[], store: SnapshotStore, after: number): number {
  const difference = firstFinalDifference(store.reader, after, made);
  if (difference !== null) {
    throw new UnusableBuildError(`its final at ${difference.position} is not what the log makes`);
  }
  return made.at(-1)?.position ?? after;
}
