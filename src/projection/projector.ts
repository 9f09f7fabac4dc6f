import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog, LogLine } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { FOLD_VERSION } from "../pnl/fold.ts";
import { databaseError } from "../sqlite/database_error.ts";
import { catchUp, PAGE } from "./catch_up.ts";
import { projectionEpoch } from "./epoch.ts";
import type { Frame } from "./frame.ts";
import { FrameGate } from "./frame_gate.ts";
import { Listeners } from "./listeners.ts";
import type { Materializer } from "./materializer.ts";
import { beginAnew, continueBuild, openCurrent, type OpeningOptions } from "./opening.ts";
import { backoff } from "./backoff.ts";
import { buildExists, movePointer, readPointer, sweepBuilds } from "./projection_file.ts";
import type { HistoryPage, HistoryQuery, Projection } from "./projection.ts";
import { UnusableBuildError } from "./resume.ts";
import { StoreCorruptError } from "./stored.ts";
import type { TierEntry } from "./tier.ts";
import { View } from "./view.ts";
import { Waiters } from "./waiters.ts";

/** Options of {@link Projector.open}. */
export interface ProjectorOptions {
  readonly log: EventLog;
  readonly dataDir: string;
  /** Length of a window, milliseconds. */
  readonly windowMs: number;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** How long {@link Projector.open} may fold before it leaves the rest to `run`, milliseconds. */
const OPEN_BUDGET_MS = 250;
/** The pointer is looked at at least this often, milliseconds. */
const MOST_TICK_MS = 5000;
/** Old builds are looked for this often, milliseconds. */
const SWEEP_MS = 10 * 60_000;

/**
 * The live projection: follows the log, folds each event once, keeps the final snapshots and tells
 * those who listen. It is the only one that writes the current build.
 */
export class Projector implements Projection {
  readonly epoch: string;
  readonly windowMs: number;
  readonly #opening: OpeningOptions;
  readonly #listeners: Listeners;
  readonly #waiters = new Waiters();
  readonly #gate: FrameGate;
  readonly #closing = new AbortController();
  #source: Materializer;
  #view: View;
  #state: Projection["state"] = { status: "running" };
  /** Offset of the newest frame told, and position of the newest final told. */
  #told = 0;
  #finalTold: number;
  #confirmedAt: number;
  #sweptAt = -Infinity;
  #refused: string | null = null;
  #caughtUp = false;
  #ticking = false;
  /** Serialises what moves the fold: batches and ticks. */
  #turn: Promise<void> = Promise.resolve();
  #running: Promise<void> | null = null;

  private constructor(source: Materializer, opening: OpeningOptions) {
    const { clock, identity, logger } = opening;
    this.epoch = projectionEpoch(identity);
    this.windowMs = identity.windowMs;
    this.#opening = opening;
    this.#source = source;
    this.#view = new View(source, this.epoch, this.windowMs);
    this.#listeners = new Listeners(logger);
    this.#gate = new FrameGate(clock, () => this.#tell(this.current()));
    this.#finalTold = source.build.store.reader.newestFinal() ?? 0;
    this.#confirmedAt = clock.monotonic();
  }

  /**
   * Opens the current build, or begins one, and folds what the log has more: all of it where that takes
   * a moment, else `run` goes on with it.
   *
   * @throws {DatabaseError} where the data directory cannot be written
   */
  static async open(options: ProjectorOptions): Promise<Projector> {
    const { log, dataDir, windowMs, clock, logger = getLogger(["pnl", "projection"]) } = options;
    const identity = { logId: log.id, foldVersion: FOLD_VERSION, windowMs };
    const opening = { log, dataDir, identity, clock, logger };
    const source = await openCurrent(opening);
    try {
      const done = await catchUp(source, log, { clock, budgetMs: OPEN_BUDGET_MS });
      const projector = new Projector(source, opening);
      projector.#caughtUp = done;
      if (!done) projector.#state = { status: "rebuilding", reason: "folding the log" };
      return projector;
    } catch (error) {
      source.build.store.close();
      throw error;
    }
  }

  get position(): number {
    return this.#source.run.position;
  }

  get state(): Projection["state"] {
    return this.#state;
  }

  /** Name of the build that is written now; another name after a switch. */
  get build(): string {
    return this.#source.build.name;
  }

  /** How long ago this was known to be at the end of its log, milliseconds. */
  get confirmedAgeMs(): number {
    const now = this.#opening.clock.monotonic();
    if (this.#state.status === "running" && this.#opening.log.head().position === this.position) {
      this.#confirmedAt = now;
    }
    return Math.max(0, Math.round(now - this.#confirmedAt));
  }

  current(): Frame | null {
    return this.#view.current();
  }

  breakdown(): { readonly offset: number; readonly json: string } | null {
    return this.#view.breakdown();
  }

  finalsAfter(offset: number, limit: number): readonly Frame[] {
    return this.#view.finalsAfter(offset, limit);
  }

  history(query: HistoryQuery): HistoryPage {
    return this.#view.history(query);
  }

  /** A read model by key, out of the build's file; what the SQLite tier of the read path gives. */
  stored(key: string): TierEntry | null {
    return this.#view.stored(key);
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#listeners.add(listener);
  }

  async waitFor(position: number, signal: AbortSignal): Promise<void> {
    if (this.position < position) await this.#waiters.wait(position, signal);
  }

  /** Follows the log until the signal. What fails is said, and tried again. */
  run(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#follow(AbortSignal.any([signal, this.#closing.signal]));
    return this.#running;
  }

  /** Ends `run`, checkpoints the fold and closes the file. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#gate.flush();
    try {
      this.#source.commit(true);
    } catch (error) {
      this.#opening.logger.error("Cannot checkpoint the projection", { error });
    } finally {
      this.#source.build.store.close();
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { log } = this.#opening;
    const timer = setInterval(() => void this.#tick(signal), Math.min(this.windowMs, MOST_TICK_MS));
    try {
      for (let failures = 0; !signal.aborted; failures++) {
        try {
          await this.#exclusive(() => this.#catchUp(signal));
          const after = this.position;
          for await (const lines of log.subscribe({ after, batch: PAGE, signal })) {
            await this.#exclusive(() => this.#take(lines));
            failures = 0;
          }
        } catch (error) {
          if (signal.aborted) return;
          await this.#exclusive(() => this.#recover(error, signal));
          await backoff(failures, signal);
        }
      }
    } finally {
      clearInterval(timer);
      await this.#turn;
    }
  }

  /** Stores what is folded, and folds what the log has more. */
  async #catchUp(signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#opening;
    this.#source.commit();
    await catchUp(this.#source, log, { clock, signal });
    if (!this.#caughtUp) {
      // It was opened in the middle of a long past, whose finals are no news to anybody.
      this.#caughtUp = true;
      this.#finalTold = this.#source.build.store.reader.newestFinal() ?? 0;
    }
    this.#arrived();
  }

  #take(lines: readonly LogLine[]): void {
    const folded = this.position;
    this.#source.fold(lines.filter(({ position }) => position > folded));
    this.#source.commit();
    this.#arrived();
  }

  /** Everything up to the position is folded and stored: tells those who wait and listen. */
  #arrived(): void {
    if (this.#state.status !== "running") {
      this.#opening.logger.info("The projection runs", { position: this.position });
      this.#state = { status: "running" };
    }
    this.#confirmedAt = this.#opening.clock.monotonic();
    for (;;) {
      const finals = this.#view.finalsAfter(2 * this.#finalTold + 1, PAGE);
      for (const frame of finals) {
        this.#finalTold = frame.position;
        this.#tell(frame);
      }
      if (finals.length < PAGE) break;
    }
    this.#gate.offer();
    this.#waiters.reached(this.position);
  }

  #tell(frame: Frame | null): void {
    if (frame === null || frame.offset <= this.#told) return;
    this.#told = frame.offset;
    this.#listeners.tell(frame);
  }

  /** After a failure: says it, and begins a new build where this one is of no use any more. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    this.#state = { status: "failed", reason };
    this.#opening.logger.error("The projection failed and will try again", { error });
    const { dataDir } = this.#opening;
    try {
      if (isBroken(error) || !buildExists(dataDir, this.build)) await this.#renew(reason, signal);
    } catch (failure) {
      if (!signal.aborted) {
        this.#opening.logger.error("Cannot begin a new build", { error: failure });
      }
    }
  }

  /** Looks whether the pointer has moved, writes what is due, and clears away old builds. */
  async #tick(signal: AbortSignal): Promise<void> {
    if (this.#ticking || signal.aborted) return;
    this.#ticking = true;
    try {
      await this.#exclusive(async () => {
        if (signal.aborted) return;
        await this.#followPointer(signal);
        this.#source.commit();
        this.#sweep();
      });
    } catch (error) {
      if (!signal.aborted) await this.#exclusive(() => this.#recover(error, signal));
    } finally {
      this.#ticking = false;
    }
  }

  async #followPointer(signal: AbortSignal): Promise<void> {
    const { dataDir, log, clock, logger } = this.#opening;
    if (!buildExists(dataDir, this.build)) return await this.#renew("its file is gone", signal);
    const name = readPointer(dataDir);
    if (name === null) return movePointer(dataDir, this.build);
    if (name === this.build || name === this.#refused) return;
    try {
      const next = continueBuild(this.#opening, name);
      await this.#adopt(next, () => catchUp(next, log, { clock, signal }));
      logger.info("Switched to another build of the projection", { build: name });
    } catch (error) {
      if (!(error instanceof UnusableBuildError)) throw error;
      this.#refused = name;
      logger.warn("The pointer names a build that is not for this projection", {
        build: name,
        reason: error.reason,
      });
    }
  }

  /** Builds the projection anew while the fold that is here goes on answering. */
  async #renew(reason: string, signal: AbortSignal): Promise<void> {
    const { log, clock } = this.#opening;
    this.#state = { status: "rebuilding", reason };
    const next = await beginAnew(this.#opening, reason);
    await this.#adopt(next, () => catchUp(next, log, { clock, signal }));
  }

  /** Goes on with another build of the same epoch, once it has come as far as this one. */
  async #adopt(next: Materializer, catchUpNext: () => Promise<unknown>): Promise<void> {
    try {
      await catchUpNext();
      if (next.run.position < this.position) {
        throw new UnusableBuildError(`it ends at ${next.run.position}, before ${this.position}`);
      }
    } catch (error) {
      next.build.store.close();
      throw error;
    }
    const old = this.#source;
    this.#source = next;
    this.#view = new View(next, this.epoch, this.windowMs);
    this.#refused = null;
    old.build.store.close();
    this.#arrived();
  }

  #sweep(): void {
    const { clock, dataDir, logger } = this.#opening;
    if (clock.monotonic() - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = clock.monotonic();
    const removed = sweepBuilds(dataDir, [this.build], clock.now());
    if (removed.length > 0) logger.info("Deleted old builds of the projection", { removed });
  }

  /** One after the other: batches, ticks, recoveries. A failure is the caller's, not the next one's. */
  #exclusive(step: () => void | Promise<void>): Promise<void> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => {});
    return done;
  }
}

/** True where the file under the store is of no more use, and not merely the disk full or busy. */
function isBroken(error: unknown): boolean {
  if (error instanceof StoreCorruptError) return true;
  const { code } = databaseError("", "use", error);
  return code === "database_corrupt" || code === "database_foreign";
}
