import type { Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Identity } from "./epoch.ts";
import { FoldRun } from "./fold_run.ts";
import { Materializer } from "./materializer.ts";
import { type Build, createBuild, openBuild, readPointer } from "./projection_file.ts";
import { resumeBuild, UnusableBuildError } from "./resume.ts";

/** What a projection is opened with. */
export interface OpeningOptions {
  readonly log: EventLog;
  readonly dataDir: string;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Opens the build that the pointer names, with its fold at its checkpoint. Where there is none, or it
 * cannot be continued, a new one begins at position 0: derived data is never worth a stop, and never
 * worth a doubt.
 */
export async function openCurrent(options: OpeningOptions): Promise<Materializer> {
  const name = readPointer(options.dataDir);
  if (name === null) return await begin(options);
  try {
    return continueBuild(options, name);
  } catch (error) {
    return await beginAnew(options, reasonOf(error));
  }
}

/**
 * Opens a build by name and brings its fold to its checkpoint.
 *
 * @throws {UnusableBuildError}
 */
export function continueBuild(options: OpeningOptions, name: string): Materializer {
  const { log, dataDir, identity, clock, logger } = options;
  let build: Build | undefined;
  try {
    build = openBuild(dataDir, name);
    const run = resumeBuild(build.store, log, identity);
    return new Materializer({ build, run, log, clock, logger });
  } catch (error) {
    build?.store.close();
    if (error instanceof UnusableBuildError) throw error;
    throw new UnusableBuildError(reasonOf(error), { cause: error });
  }
}

/**
 * Begins a new build at position 0 where there was one, saying why that is of no use. The new one is to
 * be established once it is filled.
 */
export async function beginAnew(options: OpeningOptions, reason: string): Promise<Materializer> {
  const events = options.log.head().position;
  options.logger.warn("Building the projection from position 0, {events} events: {reason}", {
    reason,
    events,
  });
  return await begin(options);
}

async function begin(options: OpeningOptions): Promise<Materializer> {
  const { log, dataDir, identity, clock, logger } = options;
  const build = await createBuild(dataDir, identity);
  return new Materializer({ build, run: FoldRun.from(identity.windowMs), log, clock, logger });
}

function reasonOf(error: unknown): string {
  if (error instanceof UnusableBuildError) return error.reason;
  return error instanceof Error ? error.message : String(error);
}
