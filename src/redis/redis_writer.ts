/** All that the writer does in Redis: the lease, the branch, the mirror, the snapshots, the heartbeat. */
import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { BranchKeeper } from "./branch.ts";
import type { RedisConnection } from "./connection.ts";
import { DEFAULT_RETENTION, EventMirror, type MirrorStatus } from "./event_mirror.ts";
import { ForeignLogError } from "./foreign_log.ts";
import { type HeartbeatFacts, HeartbeatWriter } from "./heartbeat.ts";
import type { WriterIdentity } from "./identity.ts";
import { type ClaimOptions, WriterLease } from "./lease.ts";
import { pause } from "./pause.ts";
import { BranchLostError, LeaseHeldError, OutOfPlaceError, RedisFailedError } from "./scripts.ts";
import { snapshotLineageFault } from "./snapshot_lineage.ts";
import { SnapshotPublisher, type SnapshotSource } from "./snapshot_publisher.ts";

/** Options of {@link RedisWriter}. */
export interface RedisWriterOptions {
  readonly redis: RedisConnection;
  readonly log: EventLog;
  readonly identity: WriterIdentity;
  readonly source: SnapshotSource;
  /** What the next heartbeat says. */
  readonly heartbeat: () => HeartbeatFacts;
  /** Time between two heartbeats, milliseconds. */
  readonly intervalMs: number;
  /** How many events the mirrored stream retains at least; default 1,000,000. */
  readonly retention?: number;
  /** How long the lease lasts without renewal, milliseconds; default 15,000. */
  readonly leaseTtlMs?: number;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** How the writer's work in Redis goes. */
export interface RedisWriterStatus {
  readonly connection: RedisConnection["state"];
  /** Why the last thing failed; null where nothing does now. */
  readonly lastError: string | null;
  readonly lease: WriterLease["state"];
  /** Null while it is not verified that Redis continues the log. */
  readonly branch: string | null;
  readonly mirror: MirrorStatus;
  readonly snapshots: {
    /** Offset of the newest snapshot that is in Redis as far as is known; null before the first. */
    readonly offset: number | null;
  };
}

/** How long one waits for Redis before one looks whether to end, milliseconds. */
const LOOK_MS = 1_000;
const FIRST_PAUSE_MS = 100;
/** Short, for edges take the writer's silence for its end. */
const MOST_PAUSE_MS = 1_000;
/** Another log's Redis is looked at so often, milliseconds: somebody may remove what is there. */
const FOREIGN_PAUSE_MS = 5_000;
/** Failures that are further apart are not counted together, milliseconds. */
const STEADY_MS = 30_000;
/** What is appended already still goes out within this time when the writer stops, milliseconds. */
const DRAIN_MS = 500;
/** What is under way ends within this time, and the lease is given back within as much, milliseconds. */
const END_MS = 150;

/** Keeps Redis in step with the log and its projection, through every absence of Redis. */
export class RedisWriter {
  readonly #options: RedisWriterOptions;
  readonly #logger: Logger;
  readonly #lease: WriterLease;
  readonly #branches: BranchKeeper;
  readonly #mirror: EventMirror;
  readonly #publisher: SnapshotPublisher;
  readonly #stop = new AbortController();
  #running: Promise<unknown> | null = null;
  #lastError: string | null = null;
  /** Failures that came soon one after the other, and when the last one came. */
  #failures = 0;
  #failedAt = -Infinity;
  /** The failure that the log was told of; the same one is not told again soon. */
  #said: string | null = null;

  constructor(options: RedisWriterOptions) {
    const { redis, log, identity, source, intervalMs, clock, leaseTtlMs } = options;
    const { logger = getLogger(["pnl", "redis"]), retention = DEFAULT_RETENTION } = options;
    this.#options = options;
    this.#logger = logger;
    const ttl = leaseTtlMs === undefined ? {} : { ttlMs: leaseTtlMs };
    this.#lease = new WriterLease({ redis, identity, clock, logger, ...ttl });
    this.#branches = new BranchKeeper({ redis, log, identity, retention, logger });
    const branches = this.#branches;
    this.#mirror = new EventMirror({ redis, log, branches, identity, retention, clock, logger });
    this.#publisher = new SnapshotPublisher({ redis, identity, source, log, intervalMs, logger });
  }

  /**
   * The branch that Redis was seen to hold; null before that, while it is to be looked at again, and for good
   * where the lease is lost: another process may write another past under the same name.
   */
  get branch(): string | null {
    return this.lost.aborted ? null : this.#branches.branch;
  }

  /** Aborts, once, with a {@link LeaseHeldError}, where another process writes to this Redis. */
  get lost(): AbortSignal {
    return this.#lease.lost;
  }

  /** How it goes now. */
  status(): RedisWriterStatus {
    const { redis } = this.#options;
    return {
      connection: redis.state,
      lastError: redis.lastError ?? this.#lastError,
      lease: this.#lease.state,
      branch: this.branch,
      mirror: this.#mirror.status(),
      snapshots: { offset: this.#publisher.offset },
    };
  }

  /**
   * Takes the lease before anything is appended; see {@link WriterLease.claim}.
   *
   * @throws {ForeignLogError} where Redis mirrors another log
   * @throws {LeaseHeldError} where another holder is alive
   */
  claim(options: ClaimOptions = {}): Promise<void> {
    return this.#lease.claim(options);
  }

  /** Begins the work; it goes on until {@link stop}, or until the lease is lost. */
  start(): void {
    const signal = AbortSignal.any([this.#stop.signal, this.lost]);
    this.#running ??= Promise.all([this.#work(signal), this.#mirror.run(signal)]);
  }

  /**
   * Lets what is appended already go out for a moment, ends the work and gives the lease back: within a
   * second, whatever Redis does. After it nothing is written.
   */
  async stop(): Promise<void> {
    const isOurs = this.#options.redis.state === "ready" && this.#lease.state === "held";
    if (isOurs && this.#running !== null) await this.#drain();
    this.#stop.abort();
    await within(END_MS, this.#running);
    if (isOurs && !this.lost.aborted) await within(END_MS, this.#release());
  }

  async #drain(): Promise<void> {
    const { log, clock } = this.#options;
    const until = clock.monotonic() + DRAIN_MS;
    const isDone = () =>
      this.lost.aborted ||
      this.#mirror.status().lagEvents === 0 &&
        (this.#publisher.offset ?? 0) >= 2 * log.head().position;
    while (!isDone() && clock.monotonic() < until) await pause(5, this.lost);
  }

  async #release(): Promise<void> {
    try {
      await this.#lease.release();
    } catch (error) {
      if (!(error instanceof RedisFailedError)) throw error;
      this.#logger.debug("The lease in Redis is left to lapse: {reason}", { reason: error.reason });
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!await this.#options.redis.untilReady(LOOK_MS)) {
        await pause(FIRST_PAUSE_MS, signal);
        continue;
      }
      try {
        await this.#session(signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
  }

  /** Lease, branch, then heartbeat and snapshots, until one of them fails or has to be looked at again. */
  async #session(signal: AbortSignal): Promise<void> {
    await this.#lease.renew({ anyLog: this.#branches.isVerified });
    if (this.#lease.state !== "held") return await pause(LOOK_MS, signal);
    const branch = await this.#branches.establish();
    const { redis, log } = this.#options;
    const fault = await snapshotLineageFault(redis, log);
    if (fault !== null) {
      this.#logger.warn("Redis is filled anew because of its snapshots: {fault}", { fault });
      return await this.#branches.forsake(branch, fault);
    }
    const ending = new AbortController();
    const end = () => ending.abort();
    using cleanup = new DisposableStack();
    cleanup.defer(this.#branches.onChange(end));
    cleanup.defer(redis.onReadyAgain(end));
    signal.addEventListener("abort", end);
    cleanup.defer(() => signal.removeEventListener("abort", end));
    if (signal.aborted || this.branch !== branch) return;
    const parts = [
      this.#beat(branch, ending.signal),
      this.#renew(ending.signal),
      this.#publisher.run(branch, ending.signal),
    ];
    try {
      await Promise.race(parts);
    } finally {
      end();
      await Promise.allSettled(parts);
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(this.#lease.renewMs, signal);
      if (signal.aborted) return;
      await this.#lease.renew({ anyLog: this.#branches.isVerified });
    }
  }

  async #beat(branch: string, signal: AbortSignal): Promise<void> {
    const { redis, identity, source, heartbeat, intervalMs, clock } = this.#options;
    const writer = new HeartbeatWriter({ redis, identity, branch }, clock);
    while (!signal.aborted) {
      await writer.write(() => ({
        ...heartbeat(),
        at: new Date(clock.now()).toISOString(),
        epoch: source.epoch,
        offset: source.current()?.offset ?? 0,
        intervalMs,
      }));
      await pause(intervalMs, signal);
      // The session went on for a whole interval.
      if (!signal.aborted) this.#lastError = null;
    }
  }

  /** Says what failed, and waits a little before the next try. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const now = this.#options.clock.monotonic();
    if (now - this.#failedAt > STEADY_MS) {
      this.#failures = 0;
      this.#said = null;
    }
    this.#failures++;
    this.#failedAt = now;
    const reason = error instanceof Error ? error.message : String(error);
    this.#lastError = reason;
    if (error instanceof ForeignLogError) return await this.#awaitRemoval(error, signal);
    if (error instanceof BranchLostError) this.#branches.lose(reason);
    const isAway = error instanceof RedisFailedError && error.kind === "unreachable";
    const isMoved = error instanceof BranchLostError || error instanceof OutOfPlaceError;
    // That Redis is away, its connection tells; that it was changed, what is begun anew.
    if (reason !== this.#said && !isAway && !isMoved) {
      this.#said = reason;
      this.#logger.warn("Cannot keep the snapshots in Redis, and will try again: {reason}", {
        reason,
        ...(error instanceof RedisFailedError || error instanceof LeaseHeldError ? {} : { error }),
      });
    }
    const ms = FIRST_PAUSE_MS * 2 ** Math.min(this.#failures - 1, 10);
    await pause(Math.min(MOST_PAUSE_MS, ms), signal);
  }

  /** Redis is another log's, and was never ours: it is left as it is, and looked at now and then. */
  async #awaitRemoval({ message }: ForeignLogError, signal: AbortSignal): Promise<void> {
    if (message !== this.#said) {
      this.#logger.error("Nothing is written to Redis. {message}", { message });
    }
    this.#said = message;
    await pause(FOREIGN_PAUSE_MS, signal);
  }
}

/** Waits for something, but not longer than so many milliseconds. */
async function within(ms: number, work: Promise<unknown> | null): Promise<void> {
  const ending = new AbortController();
  try {
    await Promise.race([work, pause(ms, ending.signal)]);
  } finally {
    ending.abort();
  }
}
