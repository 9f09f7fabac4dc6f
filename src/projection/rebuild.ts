import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import type { Clock } from "../pnl/clock.ts";
import { FOLD_VERSION } from "../pnl/fold.ts";
import { catchUp } from "./catch_up.ts";
import { type BuildComparison, compareWithCurrent } from "./compare_builds.ts";
import { FoldRun } from "./fold_run.ts";
import { Materializer } from "./materializer.ts";
import { ProgressMeter, type ReplayProgress } from "./progress.ts";
import { createBuild, establishBuild, removeBuild } from "./projection_file.ts";

/** Options of {@link rebuild}. */
export interface RebuildOptions {
  readonly log: EventLog;
  readonly dataDir: string;
  /** Length of a window, milliseconds. */
  readonly windowMs: number;
  /** Compare only the finals at these positions. With either, it is a trial: nothing is replaced. */
  readonly from?: number;
  readonly to?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** Called after each page. */
  readonly onProgress?: (progress: ReplayProgress) => void;
}

/** What {@link rebuild} did. */
export interface RebuildReport {
  /** Name of the new build. */
  readonly build: string;
  /** True where the pointer names the new build now; false after a trial. */
  readonly moved: boolean;
  /** Position that it was built up to. */
  readonly position: number;
  /** Final snapshots in it. */
  readonly finals: number;
  /** Events that could not be folded. */
  readonly quarantined: number;
  readonly elapsedMs: number;
  readonly comparison: BuildComparison;
}

/**
 * Builds the projection anew from position 0, in a file of its own beside the current one, which goes
 * on serving; holds the two against each other; and moves the pointer. A running server sees that at
 * its next tick. The new build takes over even where it differs, for it is the one that the log makes;
 * the difference is in the report and in the log.
 *
 * @throws the signal's reason; nothing is left behind then
 * @throws {DatabaseError} where the data directory cannot be written
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const { log, dataDir, windowMs, clock = systemClock } = options;
  const { logger = getLogger(["pnl", "projection"]) } = options;
  options.signal?.throwIfAborted();
  const started = clock.monotonic();
  const identity = { logId: log.id, foldVersion: FOLD_VERSION, windowMs };
  const build = await createBuild(dataDir, identity);
  const target = new Materializer({ build, run: FoldRun.from(windowMs), log, clock, logger });
  let moved = false;
  try {
    await replay(target, options);
    const comparison = compareWithCurrent(dataDir, identity, build.store.reader, options);
    if (comparison.firstDifference !== undefined) {
      logger.error("The projection was not what the log makes", { ...comparison });
    }
    const isTrial = options.from !== undefined || options.to !== undefined;
    if (!isTrial) await replay(target, options);
    target.commit(true);
    const finals = build.store.reader.countFinals();
    if (!isTrial) {
      establishBuild(dataDir, build);
      moved = true;
      logger.info("Rebuilt the projection", { build: build.name, position: target.run.position });
    }
    return {
      build: build.name,
      moved,
      position: target.run.position,
      finals,
      quarantined: target.run.fold.quarantined,
      elapsedMs: Math.round(clock.monotonic() - started),
      comparison,
    };
  } finally {
    build.store.close();
    if (!moved) removeBuild(dataDir, build.name);
  }
}

async function replay(target: Materializer, options: RebuildOptions): Promise<void> {
  const { log, signal, onProgress, clock = systemClock } = options;
  // A final stands at the last position of its window, and the event that closes it comes after.
  const to = options.to === undefined ? undefined : options.to + 1;
  const head = log.head().position;
  const meter = new ProgressMeter(clock, to === undefined ? head : Math.min(to, head));
  await catchUp(target, log, {
    clock,
    ...(to === undefined ? {} : { to }),
    ...(signal === undefined ? {} : { signal }),
    onPage: () => onProgress?.(meter.at(target.run.position, target.run.lastError)),
  });
}
