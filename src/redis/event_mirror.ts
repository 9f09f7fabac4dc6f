/** The mirror: every event of the log in a stream of Redis, in order, once, as fast as Redis takes them. */
import { Buffer } from "node:buffer";
import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog, LogLine } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { appendEvents } from "./append_events.ts";
import type { BranchKeeper, BranchPlace } from "./branch.ts";
import { MAKE_ROOM } from "./branch_scripts.ts";
import type { RedisConnection } from "./connection.ts";
import { ForeignLogError } from "./foreign_log.ts";
import type { WriterIdentity } from "./identity.ts";
import { MirrorLag } from "./mirror_lag.ts";
import { pause } from "./pause.ts";
import { BranchLostError, OutOfPlaceError, RedisFailedError, runGuarded } from "./scripts.ts";

/** How the mirror is. */
export interface MirrorStatus {
  /**
   * `waiting`: for Redis, or not begun. `filling`: has not been at the end of the log since it began or
   * lost its place. `failed`: tries again what Redis refused.
   */
  readonly state: "waiting" | "filling" | "following" | "failed";
  /** Position of the newest event that is known to be mirrored. */
  readonly position: number;
  readonly lagEvents: number;
  /** Age of the oldest event that is not mirrored, seconds. */
  readonly lagSeconds: number;
  /** How often this process found that Redis did not continue the log, and filled it anew. */
  readonly begun: number;
  readonly lastError: string | null;
}

/** Options of {@link EventMirror}. */
export interface EventMirrorOptions {
  readonly redis: RedisConnection;
  readonly log: EventLog;
  readonly branches: BranchKeeper;
  readonly identity: WriterIdentity;
  /** How many events the stream retains at least; default 1,000,000. */
  readonly retention?: number;
  /** At most so many events at once; default 1,000. */
  readonly batch?: number;
  /** The stream is looked at this often although nothing is wrong, milliseconds; default 30,000. */
  readonly checkMs?: number;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** How many events the stream retains where nothing else is said. */
export const DEFAULT_RETENTION = 1_000_000;
const BATCH = 1_000;
/** A batch has at most so many bytes of lines, unless a single one is longer. */
const BATCH_BYTES = 1_000_000;
const CHECK_MS = 30_000;
const LOOK_MS = 1_000;
const FIRST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 5_000;
/** Failures that are further apart are not counted together, milliseconds. */
const STEADY_MS = 30_000;

/** Mirrors the log; see {@link EventMirror.run}. It reads the log like anybody else, and never holds it up. */
export class EventMirror {
  readonly #options: EventMirrorOptions;
  readonly #logger: Logger;
  readonly #lag: MirrorLag;
  #state: MirrorStatus["state"] = "waiting";
  #position = 0;
  /** Root of the log there. */
  #root = "";
  #lastError: string | null = null;
  /** What was said last; null again once the mirror was at the end of the log. */
  #told: string | null = null;
  /** Failures that came soon one after the other, and when the last one came. */
  #failures = 0;
  #failedAt = -Infinity;

  constructor(options: EventMirrorOptions) {
    const { log, clock, logger = getLogger(["pnl", "redis"]) } = options;
    this.#options = options;
    this.#logger = logger;
    this.#lag = new MirrorLag({ log, clock, logger, position: () => this.#position });
  }

  /** How it is now. */
  status(): MirrorStatus {
    return {
      state: this.#state,
      position: this.#position,
      lagEvents: this.#lag.events,
      lagSeconds: this.#lag.seconds,
      begun: this.#options.branches.begun,
      lastError: this.#lastError,
    };
  }

  /** Mirrors until the signal. What fails is said, and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const timer = setInterval(() => this.#lag.look(), LOOK_MS);
    try {
      while (!signal.aborted) {
        try {
          await this.#session(signal);
        } catch (error) {
          if (!signal.aborted) await this.#recover(error, signal);
        }
      }
    } finally {
      clearInterval(timer);
      this.#state = "waiting";
    }
  }

  /** Verifies the branch and appends to it, until it is to be verified again. */
  async #session(signal: AbortSignal): Promise<void> {
    const { redis, branches, log, batch = BATCH, checkMs = CHECK_MS } = this.#options;
    if (!await redis.untilReady(LOOK_MS)) {
      this.#state = "waiting";
      this.#lastError = redis.lastError;
      // A connection that was closed is told at once.
      return await pause(FIRST_PAUSE_MS, signal);
    }
    const branch = await branches.establish();
    const { place } = branches;
    if (place?.branch !== branch) return;
    using cleanup = new DisposableStack();
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, checkMs);
    cleanup.defer(() => clearTimeout(timer));
    cleanup.defer(branches.onChange(end));
    cleanup.defer(redis.onReadyAgain(end));
    signal.addEventListener("abort", end);
    cleanup.defer(() => signal.removeEventListener("abort", end));
    if (signal.aborted) return;
    this.#stand(place);
    let isFirst = place.position === place.from;
    const lines = log.subscribe({ after: place.position, batch, signal: ending.signal });
    for await (const page of lines) {
      for (const chunk of chunksOf(page, BATCH_BYTES)) {
        await this.#append(branch, chunk, isFirst);
        isFirst = false;
        if (ending.signal.aborted) return;
      }
    }
  }

  async #append(branch: string, lines: readonly LogLine[], isFirst: boolean): Promise<void> {
    const { redis, identity, log, retention = DEFAULT_RETENTION } = this.#options;
    const last = this.#position + lines.length;
    const root = log.rootAt(last);
    await appendEvents({ redis, identity, branch }, {
      after: this.#position,
      rootBefore: this.#root,
      isFirst,
      lines,
      root,
      retention,
    });
    this.#position = last;
    this.#root = root;
    this.#succeeded();
  }

  /** The stream is known to end here. */
  #stand({ position, root }: BranchPlace): void {
    if (position < this.#position && this.#state === "following") this.#state = "filling";
    this.#position = position;
    this.#root = root;
    // What failed before, an append that succeeds will take back, or that there is nothing to append.
    const hasFailed = this.#state === "failed";
    if (!hasFailed || position === this.#options.log.head().position) this.#succeeded();
  }

  #succeeded(): void {
    this.#lastError = null;
    const isAtEnd = this.#position === this.#options.log.head().position;
    if (isAtEnd) {
      this.#state = "following";
      this.#told = null;
    } else if (this.#state !== "following") this.#state = "filling";
  }

  /** Says what failed, and waits a little before the next try. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    const isNews = reason !== this.#told;
    this.#told = reason;
    this.#lastError = reason;
    const kind = error instanceof RedisFailedError ? error.kind : null;
    // That Redis is away, its connection tells, and knows when it is back.
    if (kind === "unreachable") {
      this.#state = "waiting";
      return await pause(FIRST_PAUSE_MS, signal);
    }
    this.#state = "failed";
    const now = performance.now();
    this.#failures = now - this.#failedAt > STEADY_MS ? 1 : this.#failures + 1;
    this.#failedAt = now;
    if (error instanceof BranchLostError) this.#options.branches.lose(reason);
    if (error instanceof BranchLostError || error instanceof OutOfPlaceError) {
      // Where it goes on is found out at once, unless that was of no use just now.
      if (this.#failures === 1) return;
    } else if (isNews && !(error instanceof ForeignLogError)) {
      // Another log's Redis is told of by who takes the lease.
      this.#logger.warn("Cannot mirror the log to Redis, and will try again: {reason}", { reason });
    }
    if (kind === "out_of_memory" && await this.#makeRoom()) return;
    const ms = FIRST_PAUSE_MS * 2 ** Math.min(this.#failures - 1, 10);
    await pause(Math.min(MOST_PAUSE_MS, ms), signal);
  }

  /** Where Redis is full: what was set aside is worth less than the stream. True where that gave room. */
  async #makeRoom(): Promise<boolean> {
    const { redis, identity, branches: { branch } } = this.#options;
    if (branch === null) return false;
    try {
      const { setAside } = redis.keys;
      const [removed] = await runGuarded(MAKE_ROOM, { redis, identity, branch }, [setAside], []);
      if (removed !== 1) return false;
      this.#logger.warn("Redis is full: {name} is removed before its day is over", {
        name: setAside,
      });
      return true;
    } catch {
      // The next try of the append tells why.
      return false;
    }
  }
}

/** The lines in turn, at most so many bytes at once, and at least one line. */
export function* chunksOf(lines: readonly LogLine[], bytes: number): Generator<LogLine[], void> {
  let chunk: LogLine[] = [];
  let size = 0;
  for (const line of lines) {
    const length = Buffer.byteLength(line.line);
    if (chunk.length > 0 && size + length > bytes) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(line);
    size += length;
  }
  if (chunk.length > 0) yield chunk;
}
