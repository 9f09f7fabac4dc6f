import { join } from "node:path";
import { systemClock } from "../log/system_clock.ts";
import { databaseError, resultCode } from "../sqlite/database_error.ts";
import { catchUp } from "./catch_up.ts";
import type { Materializer } from "./materializer.ts";
import { beginAnew, continueBuild, openCurrent, type OpeningOptions } from "./opening.ts";
import {
  type Build,
  buildExists,
  establishBuild,
  movePointer,
  readPointer,
  removeBuild,
  sweepBuilds,
} from "./projection_file.ts";
import { UnusableBuildError } from "./resume.ts";

/** Old builds are looked for this often, milliseconds. */
const SWEEP_MS = 10 * 60_000;

/**
 * Keeps the build that a projection writes: fills it, switches to another where the pointer names one,
 * and begins anew where the file is of no use. Offsets never go down by it.
 */
export class BuildKeeper {
  readonly #options: OpeningOptions;
  #source: Materializer;
  #refused: string | null = null;
  #sweptAt = -Infinity;

  private constructor(options: OpeningOptions, source: Materializer) {
    this.#options = options;
    this.#source = source;
  }

  /**
   * Opens the current build or begins one, and folds what the log has more for at most `budgetMs`.
   *
   * @returns the keeper, and whether the end of the log was reached
   * @throws {DatabaseError} where the data directory cannot be written
   */
  static async open(
    options: OpeningOptions,
    budgetMs: number,
  ): Promise<{ readonly keeper: BuildKeeper; readonly done: boolean }> {
    const { log, clock, dataDir } = options;
    const source = await openCurrent(options);
    try {
      const done = await catchUp(source, log, { clock, budgetMs });
      if (done) establish(dataDir, source.build);
      return { keeper: new BuildKeeper(options, source), done };
    } catch (error) {
      discard(dataDir, source.build);
      if (resultCode(error) === null) throw error;
      throw databaseError(join(dataDir, source.build.name), "write", error);
    }
  }

  /** The build that is written now, with its fold. */
  get source(): Materializer {
    return this.#source;
  }

  /** Stores what is folded, and folds what the log has more. */
  async catchUp(signal: AbortSignal): Promise<void> {
    const { log, clock, dataDir } = this.#options;
    this.#source.commit();
    await catchUp(this.#source, log, { clock, signal });
    establish(dataDir, this.#source.build);
  }

  /** True where the build's file is there. One that is deleted is still open, but nobody's. */
  get exists(): boolean {
    return buildExists(this.#options.dataDir, this.#source.build.name);
  }

  /** Goes on with the build that the pointer names, where that is another one of the same epoch. */
  async followPointer(signal: AbortSignal): Promise<void> {
    const { dataDir, logger } = this.#options;
    const own = this.#source.build;
    if (own.store.bulk) return;
    const name = readPointer(dataDir);
    if (name === null) return movePointer(dataDir, own.name);
    if (name === own.name || name === this.#refused) return;
    try {
      await this.#adopt(continueBuild(this.#options, name), signal);
      logger.info("Switched to another build of the projection: {build}", { build: name });
    } catch (error) {
      if (!(error instanceof UnusableBuildError)) throw error;
      this.#refused = name;
      const { reason } = error;
      logger.warn("The pointer names {build}, which is not for this projection: {reason}", {
        build: name,
        reason,
      });
    }
  }

  /** Builds anew while the fold that is here goes on answering. */
  async renew(reason: string, signal: AbortSignal): Promise<void> {
    await this.#adopt(await beginAnew(this.#options, reason), signal);
  }

  /** Deletes old builds, now and then. */
  sweep(): void {
    const { clock, dataDir, logger } = this.#options;
    if (clock.monotonic() - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = clock.monotonic();
    // Files carry the machine's time, so that is what they are held against.
    const removed = sweepBuilds(dataDir, [this.#source.build.name], systemClock.now());
    if (removed.length > 0) {
      logger.info("Deleted old builds of the projection: {removed}", { removed });
    }
  }

  /** Checkpoints the fold and closes the build. */
  close(): void {
    try {
      this.#source.commit(true);
    } finally {
      discard(this.#options.dataDir, this.#source.build);
    }
  }

  async #adopt(next: Materializer, signal: AbortSignal): Promise<void> {
    const { log, clock, dataDir } = this.#options;
    try {
      await catchUp(next, log, { clock, signal });
      const { position } = this.#source.run;
      if (next.run.position < position) {
        throw new UnusableBuildError(`it ends at ${next.run.position}, before ${position}`);
      }
      establish(dataDir, next.build);
    } catch (error) {
      discard(dataDir, next.build);
      throw error;
    }
    const old = this.#source;
    this.#source = next;
    this.#refused = null;
    discard(dataDir, old.build);
  }
}

/** Makes a build the current one where it is new and filled now. */
function establish(dataDir: string, build: Build): void {
  if (build.store.bulk) establishBuild(dataDir, build);
}

/** Closes a build, and deletes it where it never became the current one. */
function discard(dataDir: string, { name, store }: Build): void {
  store.close();
  if (store.bulk) removeBuild(dataDir, name);
}
