import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
} from "cockatiel";
import type { Clock } from "../pnl/clock.ts";
import type { RedisModels } from "../redis/models.ts";
import type { ModelRecord } from "../redis/records.ts";
import { BREAKDOWN, CURRENT, isHistoryKey } from "./read_model.ts";
import type { Tier, TierEntry } from "./tier.ts";

/** Options of {@link RedisTier}. */
export interface RedisTierOptions {
  readonly models: RedisModels;
  /** The branch whose records are believed; null while none is verified. */
  readonly branch: () => string | null;
  /** The epoch that counts now. */
  readonly epoch: () => string;
  readonly clock: Clock;
  /** Failures in a row after which it is no longer asked; default 5. */
  readonly threshold?: number;
  /** How long it is then not asked, milliseconds; default 2,000. */
  readonly retryMs?: number;
}

const THRESHOLD = 5;
const RETRY_MS = 2_000;
/** Pages that are written at once; more are not kept. */
const MAX_WRITES = 4;
/** A longer page is not kept, in characters. */
const MAX_PAGE = 256 * 1024;
/** What this process keeps there in an hour, in characters: Redis has other things to hold. */
const MAX_PAGES = 64 * 1024 * 1024;
/** What a page costs beside its own text: its key, and what Redis needs for one. */
const PAGE_OVERHEAD = 512;
/** A page stays an hour, so what is there at once is at most what two of them may bring. */
const HOUR_MS = 3_600_000;

/**
 * The second tier: what the writer put into Redis. It is asked only while it can answer: with Redis away,
 * no branch verified, or the breaker open, the read path passes it over, and no counter of it moves. So
 * its hits, misses and errors are of questions that were asked, and an outage costs a few errors and
 * deadlines, not one for each read. After `retryMs` one question is a trial; the others go on passing it over.
 *
 * It is filled with closed pages of history only: snapshot and breakdown are the publisher's.
 */
export class RedisTier implements Tier {
  readonly name = "redis";
  readonly deadlineMs = 50;
  readonly #options: RedisTierOptions;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #retryMs: number;
  #openedAt = -Infinity;
  #trying = false;
  #writes = 0;
  /** When the hour began that is counted, and what was kept in it. */
  #hourAt = -Infinity;
  #kept = 0;

  constructor(options: RedisTierOptions) {
    this.#options = options;
    this.#retryMs = options.retryMs ?? RETRY_MS;
    // When it is tried again is decided here, by the monotonic clock: cockatiel goes by the wall clock.
    this.#breaker = circuitBreaker(handleAll, {
      halfOpenAfter: -Infinity,
      breaker: new ConsecutiveBreaker(options.threshold ?? THRESHOLD),
    });
    this.#breaker.onBreak(() => this.#openedAt = options.clock.monotonic());
  }

  /**
   * False while Redis is away or has failed so often that it is not asked. Once it would be asked again it
   * is not known to be ill: where nobody reads, nobody would find out.
   */
  get healthy(): boolean {
    return this.#options.models.connected && (this.#closed || this.#due);
  }

  /** True where a question makes sense now. */
  get available(): boolean {
    if (!this.#options.models.connected || this.#options.branch() === null) return false;
    return this.#closed || this.#due && !this.#trying;
  }

  get #closed(): boolean {
    return this.#breaker.state === CircuitState.Closed;
  }

  get #due(): boolean {
    return this.#options.clock.monotonic() - this.#openedAt >= this.#retryMs;
  }

  /** What Redis holds of the branch and epoch; what it holds of others is as nothing. */
  async get(key: string, signal: AbortSignal): Promise<TierEntry | null> {
    const closed = this.#closed;
    if (!closed) this.#trying = true;
    try {
      const record = await this.#breaker.execute(() => untilAborted(this.#read(key), signal));
      return record === null ? null : this.#entry(record);
    } finally {
      if (!closed) this.#trying = false;
    }
  }

  /** Keeps a closed page, where there is room. */
  async set(key: string, { epoch, offset, json, volatile }: TierEntry): Promise<void> {
    const branch = this.#options.branch();
    if (!isHistoryKey(key) || volatile === true || branch === null) return;
    if (!this.#options.models.connected || !this.#closed) return;
    if (epoch !== this.#options.epoch() || !this.#takeRoom(json.length)) return;
    this.#writes += 1;
    try {
      await this.#options.models.putPage(key, { branch, epoch, offset, json });
    } finally {
      this.#writes -= 1;
    }
  }

  #read(key: string): Promise<ModelRecord | null> {
    const { models, branch, epoch } = this.#options;
    if (key === CURRENT) return models.current();
    if (key === BREAKDOWN) return models.breakdown();
    return models.page(branch() ?? "", epoch(), key);
  }

  /** Asked when the answer is there: the branch may have been lost meanwhile. */
  #entry({ branch, epoch, offset, json }: ModelRecord): TierEntry | null {
    const own = branch === this.#options.branch() && epoch === this.#options.epoch();
    return own ? { epoch, offset, json } : null;
  }

  #takeRoom(size: number): boolean {
    const now = this.#options.clock.monotonic();
    if (now - this.#hourAt >= HOUR_MS) {
      this.#hourAt = now;
      this.#kept = 0;
    }
    const kept = this.#kept + size + PAGE_OVERHEAD;
    if (this.#writes >= MAX_WRITES || size > MAX_PAGE || kept > MAX_PAGES) return false;
    this.#kept = kept;
    return true;
  }
}

/** The answer, unless the signal comes first. */
async function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  // The answer may fail after nobody waits for it any more.
  answer.catch(() => {});
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
