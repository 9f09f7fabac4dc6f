/**
 * The lease `writer`: tells two writers on different machines of each other. What keeps two processes
 * from one data directory is the lock there, not this.
 */
import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { RedisConnection } from "./connection.ts";
import type { WriterIdentity } from "./identity.ts";
import { claimLease, type LeaseAnswer, leaseNamed, releaseLease } from "./lease_script.ts";
import { type FoundLease, LeaseWatch } from "./lease_watch.ts";
import { pause } from "./pause.ts";
import { LEASE_TTL_MS } from "./records.ts";
import { LeaseHeldError, RedisFailedError, removal } from "./scripts.ts";

/** Options of {@link WriterLease}. */
export interface WriterLeaseOptions {
  readonly redis: RedisConnection;
  readonly identity: WriterIdentity;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** How long the lease lasts without renewal, milliseconds; default {@link LEASE_TTL_MS}. */
  readonly ttlMs?: number;
}

/** A start waits at most so long for Redis, milliseconds. */
const START_MS = 1_000;

/** See {@link WriterLease.claim}. */
export interface ClaimOptions {
  /** Ends the waiting for another's lease. */
  readonly signal?: AbortSignal;
}

/** See {@link WriterLease.renew}. */
export interface RenewOptions {
  /** Whether it may be taken where Redis mirrors another log; default false. */
  readonly anyLog?: boolean;
}

/** The lease of one run of the writer. A missing or unreachable key is no obstacle; another holder is. */
export class WriterLease {
  readonly #options: WriterLeaseOptions;
  readonly #ttlMs: number;
  readonly #logger: Logger;
  readonly #since: string;
  readonly #watch: LeaseWatch;
  readonly #lost = new AbortController();
  /** When it was last seen to be ours, on the monotonic clock; null before the first time. */
  #heldAt: number | null = null;

  constructor(options: WriterLeaseOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? LEASE_TTL_MS;
    this.#logger = options.logger ?? getLogger(["pnl", "redis"]);
    this.#since = new Date(options.clock.now()).toISOString();
    this.#watch = new LeaseWatch(options.clock, this.#ttlMs);
  }

  /** Aborts, once, with a {@link LeaseHeldError}, where another holder is read while this one runs. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** `waiting`: not taken yet, or not renewed for as long as it lasts because Redis is away. */
  get state(): "held" | "waiting" | "lost" {
    if (this.#lost.signal.aborted) return "lost";
    const age = this.#options.clock.monotonic() - (this.#heldAt ?? -Infinity);
    return age <= this.#ttlMs ? "held" : "waiting";
  }

  /** How often it has to be renewed, milliseconds. */
  get renewMs(): number {
    return Math.ceil(this.#ttlMs / 3);
  }

  /**
   * Takes the lease before this run writes anything: at once where nobody has it, or the run before this
   * one on the same data directory; else as soon as it lapses. Where Redis does not answer within a second
   * the start goes on without it, and {@link renew} takes it later.
   *
   * @throws {ForeignLogError} where Redis mirrors another log
   * @throws {LeaseHeldError} where another holder is alive
   * @throws the signal's reason
   */
  async claim({ signal }: ClaimOptions = {}): Promise<void> {
    for (let looks = 0;; looks++) {
      const answer = await this.#ask();
      if (answer === null) return;
      if (answer.is !== "other") return this.#hold(answer);
      if (this.#watch.look(answer)) throw this.#heldBy(answer);
      if (looks === 0) this.#tellWaiting(answer);
      await pause(this.#watch.pauseMs, signal ?? this.lost);
      signal?.throwIfAborted();
    }
  }

  /**
   * Renews the lease, or takes it where nobody has it. Where another holder is read, {@link lost} aborts:
   * at once where this run has had the lease, else as soon as the other is seen alive.
   *
   * @throws {RedisFailedError} where Redis does not do it; what is held stays held
   * @throws {ForeignLogError} where Redis mirrors another log, and may not: nothing is changed there
   * @throws {LeaseHeldError} where it is lost
   */
  async renew({ anyLog = false }: RenewOptions = {}): Promise<void> {
    this.lost.throwIfAborted();
    const answer = await this.#claim(anyLog);
    this.lost.throwIfAborted();
    if (answer.is !== "other") return this.#hold(answer);
    if (this.#heldAt !== null || this.#watch.look(answer)) {
      this.lose(this.#heldBy(answer));
    }
    this.lost.throwIfAborted();
  }

  #heldBy({ text, remainingMs }: FoundLease): LeaseHeldError {
    return new LeaseHeldError(
      leaseNamed(this.#writer, text),
      remainingMs < 0 ? this.#writer : null,
    );
  }

  #tellWaiting({ text, remainingMs }: FoundLease): void {
    const { address } = leaseNamed(this.#writer, text);
    if (remainingMs < 0) {
      this.#logger.error(
        "{address} has a lease in Redis that never lapses: {removal}. The start fails unless that is done now",
        { address, removal: removal(this.#writer) },
      );
      return;
    }
    this.#logger.warn(
      "{address} wrote to Redis until a moment ago: waiting until its lease lapses, " +
        "{remainingMs} ms at most",
      { address, remainingMs },
    );
  }

  /** Gives up for good. */
  lose(reason: LeaseHeldError): void {
    if (this.#lost.signal.aborted) return;
    this.#logger.fatal(
      "Another process writes to Redis: this one stops polling and appending. {reason}",
      { reason: reason.message },
    );
    this.#lost.abort(reason);
  }

  /**
   * Gives the lease back, where it is ours.
   *
   * @throws {RedisFailedError} where Redis does not do it: then the lease lapses by itself
   */
  async release(): Promise<void> {
    this.#heldAt = null;
    await releaseLease(this.#options.redis, this.#options.identity.holder);
  }

  get #writer(): string {
    return this.#options.redis.keys.writer;
  }

  /** The answer to a claim at the start; null where Redis gives none in time. */
  async #ask(): Promise<LeaseAnswer | null> {
    const { redis, clock } = this.#options;
    const until = clock.monotonic() + START_MS;
    const expired = new AbortController();
    const late = pause(START_MS, expired.signal).then(() => null);
    try {
      const ready = await redis.untilReady(START_MS);
      const answer = ready ? this.#claim(false) : null;
      // An answer that comes after the start went on is as good as none.
      answer?.catch(() => {});
      const first = clock.monotonic() <= until ? await Promise.race([answer, late]) : null;
      if (first === null) this.#unanswered(redis.lastError ?? "it does not answer");
      return first;
    } catch (error) {
      if (!(error instanceof RedisFailedError)) throw error;
      this.#unanswered(error.reason);
      return null;
    } finally {
      expired.abort();
    }
  }

  #unanswered(reason: string): void {
    this.#logger.warn("The start goes on without Redis: {reason}", { reason });
  }

  #claim(anyLog: boolean): Promise<LeaseAnswer> {
    const { redis, identity } = this.#options;
    const { holder, token, logId, predecessor } = identity;
    const record = { holder, token, logId, address: identity.address(), since: this.#since };
    return claimLease(redis, record, predecessor, this.#ttlMs, anyLog);
  }

  #hold(answer: LeaseAnswer): void {
    const { clock, redis } = this.#options;
    const isNew = this.#heldAt === null;
    this.#heldAt = clock.monotonic();
    this.#watch.forget();
    if (answer.is !== "taken") return;
    const { found } = answer;
    if (found === "rubbish") {
      this.#logger.warn("{name} held no lease: it is overwritten", { name: redis.keys.writer });
    } else if (!isNew) {
      this.#logger.warn("The lease {name} was gone: it is taken again", {
        name: redis.keys.writer,
      });
    }
  }
}
