import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog, LogLine } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { type Fold, FOLD_VERSION } from "../pnl/fold.ts";
import { databaseError } from "../sqlite/database_error.ts";
import { backoff } from "./backoff.ts";
import { BuildKeeper } from "./build_keeper.ts";
import { PAGE } from "./catch_up.ts";
import { projectionEpoch } from "./epoch.ts";
import type { Frame } from "./frame.ts";
import { FrameGate } from "./frame_gate.ts";
import { Listeners } from "./listeners.ts";
import type { OpeningOptions } from "./opening.ts";
import type { HistoryPage, HistoryQuery, Projection } from "./projection.ts";
import { type LedgerCheckpoint, StoreCorruptError } from "./stored.ts";
import type { TierEntry } from "./tier.ts";
import { Turns } from "./turns.ts";
import { View } from "./view.ts";

/** Options of {@link Projector.open}. */
export interface ProjectorOptions {
  readonly log: EventLog;
  readonly dataDir: string;
  /** Length of a window, milliseconds. */
  readonly windowMs: number;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** How long opening may fold before it leaves the rest to `run`, milliseconds; default 250. */
  readonly openBudgetMs?: number;
}

/** Default of how long {@link Projector.open} may fold before it leaves the rest to `run`, milliseconds. */
const OPEN_BUDGET_MS = 250;
/** The pointer is looked at at least this often, milliseconds. */
const MOST_TICK_MS = 5000;

/**
 * The live projection: follows the log, folds each event once, keeps the final snapshots and tells
 * those who listen. It is the only one that writes the current build.
 */
export class Projector implements Projection {
  readonly epoch: string;
  readonly windowMs: number;
  /** Every final is stored. */
  readonly completeAfter = 0;
  readonly finalsTier = "sqlite";
  readonly trails = false;
  readonly #options: OpeningOptions;
  readonly #keeper: BuildKeeper;
  readonly #listeners: Listeners;
  readonly #gate: FrameGate;
  readonly #turns = new Turns();
  readonly #closing = new AbortController();
  #view: View;
  #state: Projection["state"];
  /** False while the log as it was at the start is not folded to its end. */
  #caughtUp: boolean;
  /** Offset of the newest frame told, and position of the newest final told. */
  #told = 0;
  #finalTold: number;
  /** Position up to which all is stored and told, and the newest frame that streams were given by then. */
  #arrivedAt: number;
  #streamed: Frame | null;
  readonly #restarts = new Set<() => void>();
  /** Null before the fold has ever been at the end of the log. */
  #confirmedAt: number | null;
  #ticking = false;
  #running: Promise<void> | null = null;

  private constructor(options: OpeningOptions, keeper: BuildKeeper, caughtUp: boolean) {
    this.epoch = projectionEpoch(options.identity);
    this.windowMs = options.identity.windowMs;
    this.#options = options;
    this.#keeper = keeper;
    this.#listeners = new Listeners(options.logger);
    this.#gate = new FrameGate(options.clock, () => this.#tellCurrent());
    this.#view = new View(keeper.source, this.epoch, this.windowMs);
    this.#caughtUp = caughtUp;
    this.#state = caughtUp
      ? { status: "running" }
      : { status: "rebuilding", reason: "folding the log" };
    this.#finalTold = this.#newestFinal();
    this.#arrivedAt = this.position;
    this.#streamed = this.current();
    this.#confirmedAt = caughtUp ? options.clock.monotonic() : null;
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
    const budgetMs = options.openBudgetMs ?? OPEN_BUDGET_MS;
    const { keeper, done } = await BuildKeeper.open(opening, budgetMs);
    return new Projector(opening, keeper, done);
  }

  get position(): number {
    return this.#keeper.source.run.position;
  }

  get state(): Projection["state"] {
    return this.#state;
  }

  /** Name of the build that is written now; another name after a switch. */
  get build(): string {
    return this.#keeper.source.build.name;
  }

  /** How long ago this was known to be at the end of its log, milliseconds; null where it never was. */
  get confirmedAgeMs(): number | null {
    const now = this.#options.clock.monotonic();
    if (this.#state.status === "running" && this.#options.log.head().position === this.position) {
      this.#confirmedAt = now;
    }
    return this.#confirmedAt === null ? null : Math.max(0, Math.round(now - this.#confirmedAt));
  }

  current(): Frame | null {
    return this.#view.current();
  }

  streamed(): Frame | null {
    // What is folded beyond may have closed a window: its final would be told after what is newer.
    if (this.position === this.#arrivedAt) this.#streamed = this.current();
    return this.#streamed;
  }

  /** The breakdown's JSON at the current frame's offset; null before the first event. */
  breakdown(): { readonly offset: number; readonly json: string } | null {
    return this.#view.breakdown();
  }

  finalsAfter(offset: number, limit: number): readonly Frame[] {
    return this.#view.finalsAfter(offset, limit);
  }

  /** Stored finals at positions below this one, newest first. */
  finalsBefore(position: number, limit: number): readonly Frame[] {
    return this.#view.finalsBefore(position, limit);
  }

  /** The fold as it is now: to be read at once, and changed by nobody. */
  get fold(): Fold {
    return this.#view.source.run.fold;
  }

  /**
   * The fold that was stored last; null where none was yet.
   *
   * @throws {StoreCorruptError}
   */
  checkpoint(): LedgerCheckpoint | null {
    return this.#view.source.build.store.reader.ledger();
  }

  /** The newest final snapshots, at most `limit` of them, oldest first. */
  newestFinals(limit: number): readonly Frame[] {
    return this.#view.newestFinals(limit);
  }

  /** A page of history from what is stored. */
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

  /**
   * Calls the listener when a long past was folded, before the first frame after it: finals lie between that
   * were not told. Returns what ends that.
   */
  onRestart(listener: () => void): () => void {
    this.#restarts.add(listener);
    return () => void this.#restarts.delete(listener);
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
      this.#keeper.close();
    } catch (error) {
      // The next start folds the tail instead.
      this.#options.logger.error("Cannot checkpoint the projection", { error });
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const timer = setInterval(() => void this.#tick(signal), Math.min(this.windowMs, MOST_TICK_MS));
    try {
      for (let failures = 0; !signal.aborted; failures++) {
        try {
          await this.#turns.take(() => this.#catchUp(signal));
          const after = this.position;
          for await (const lines of this.#options.log.subscribe({ after, batch: PAGE, signal })) {
            await this.#turns.take(() => this.#take(lines));
            failures = 0;
          }
        } catch (error) {
          if (signal.aborted) return;
          await this.#turns.take(() => this.#recover(error, signal));
          await backoff(failures, signal);
        }
      }
    } finally {
      clearInterval(timer);
      await this.#turns.idle();
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    await this.#keeper.catchUp(signal);
    if (!this.#caughtUp) {
      // It was opened in the middle of a long past, whose finals are no news to anybody.
      this.#caughtUp = true;
      this.#finalTold = this.#newestFinal();
      for (const listener of this.#restarts) listener();
    }
    this.#arrived();
  }

  #take(lines: readonly LogLine[]): void {
    const { source } = this.#keeper;
    const folded = source.run.position;
    source.fold(lines.filter(({ position }) => position > folded));
    source.commit();
    this.#arrived();
  }

  /** Everything up to the position is folded and stored: tells those who listen. */
  #arrived(): void {
    if (this.#state.status !== "running") {
      this.#options.logger.info("The projection runs, at position {position}", {
        position: this.position,
      });
      this.#state = { status: "running" };
    }
    this.#confirmedAt = this.#options.clock.monotonic();
    for (;;) {
      const finals = this.finalsAfter(2 * this.#finalTold + 1, PAGE);
      for (const frame of finals) {
        this.#finalTold = frame.position;
        this.#tell(frame);
      }
      if (finals.length < PAGE) break;
    }
    this.#arrivedAt = this.position;
    this.#gate.offer();
  }

  /** A final that is not stored yet goes first, so the provisional after it has to wait. */
  #tellCurrent(): boolean {
    if (this.#keeper.source.pending.finals > 0) return false;
    const frame = this.current();
    return frame !== null && this.#tell(frame);
  }

  #tell(frame: Frame): boolean {
    if (frame.offset <= this.#told) return false;
    this.#told = frame.offset;
    this.#streamed = frame;
    this.#listeners.tell(frame);
    return true;
  }

  /** Looks whether the pointer has moved, writes what is due, and clears away old builds. */
  async #tick(signal: AbortSignal): Promise<void> {
    if (this.#ticking || signal.aborted) return;
    this.#ticking = true;
    try {
      await this.#turns.take(async () => {
        if (!this.#keeper.exists) await this.#renew("its file is gone", signal);
        await this.#keeper.followPointer(signal);
        this.#refreshView();
        this.#keeper.source.commit();
        this.#keeper.sweep();
      });
    } catch (error) {
      if (!signal.aborted) await this.#turns.take(() => this.#recover(error, signal));
    } finally {
      this.#ticking = false;
    }
  }

  /** After a failure: says it, once until it is another, and begins a new build where this one is of no use. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    const { logger } = this.#options;
    const isTold = this.#state.status === "failed" && this.#state.reason === reason;
    this.#state = { status: "failed", reason };
    const what = "The projection failed and will try again: {reason}";
    if (isTold) logger.debug(what, { reason, error });
    else logger.error(what, { reason, error });
    if (!isBroken(error) && this.#keeper.exists) return;
    try {
      await this.#renew(reason, signal);
    } catch (failure) {
      if (signal.aborted) return;
      this.#state = { status: "failed", reason };
      this.#options.logger.error("Cannot build the projection anew", { error: failure });
    }
  }

  async #renew(reason: string, signal: AbortSignal): Promise<void> {
    this.#state = { status: "rebuilding", reason };
    await this.#keeper.renew(reason, signal);
    this.#refreshView();
  }

  /** After the keeper may have gone on with another build. */
  #refreshView(): void {
    if (this.#view.source === this.#keeper.source) return;
    this.#view = new View(this.#keeper.source, this.epoch, this.windowMs);
    this.#arrived();
  }

  #newestFinal(): number {
    return this.#keeper.source.build.store.reader.newestFinal() ?? 0;
  }
}

/** True where the file under the store is of no more use, and not merely the disk full or busy. */
function isBroken(error: unknown): boolean {
  if (error instanceof StoreCorruptError) return true;
  const { code, cause } = databaseError("", "use", error);
  if (code === "database_corrupt" || code === "database_foreign") return true;
  // The runtime gives some errors without SQLite's result code.
  return cause instanceof Error && /malformed|not a database/.test(cause.message);
}
