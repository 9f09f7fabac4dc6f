/**
 * Nodes share what was spent: each tells Redis what was spent there, a moment later, and learns what was
 * spent altogether. No request waits for it; while Redis is away each node counts for itself.
 */
import { getLogger } from "@logtape/logtape";
import type { Buckets } from "../access/buckets.ts";
import type { Clock } from "../pnl/clock.ts";
import type { RedisConnection } from "../redis/connection.ts";
import { settle } from "../redis/shared_spending.ts";
import type { LimitedBy } from "./rate_limit.ts";

const log = getLogger(["pnl", "http"]);

/** So long what was spent is gathered, milliseconds. */
const GATHER_MS = 20;
/** Names that are told at once, and that wait at most; what is spent by more is not told. */
const MOST_AT_ONCE = 500;
const MOST_WAITING = 10_000;

interface Waiting {
  readonly by: LimitedBy;
  readonly name: string;
  readonly buckets: Buckets;
  /** How many were spent that Redis was not told of. */
  count: number;
}

/** Tells and learns. */
export class RateSharing {
  readonly #redis: RedisConnection;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isTelling = false;
  #fails = false;
  #ended = false;

  constructor(redis: RedisConnection, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  /** Somebody has spent one here. */
  readonly share = (by: LimitedBy, name: string, buckets: Buckets): void => {
    if (this.#ended || this.#redis.state !== "ready") return;
    const id = `${by} ${name}`;
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) waiting.count += 1;
    else if (this.#waiting.size < MOST_WAITING) {
      this.#waiting.set(id, { by, name, buckets, count: 1 });
    }
    this.#soon();
  };

  /** Ends it; what was not told stays so. */
  end(): void {
    this.#ended = true;
    this.#waiting.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #soon(): void {
    if (this.#timer !== null || this.#isTelling || this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#tell();
    }, GATHER_MS);
  }

  async #tell(): Promise<void> {
    this.#isTelling = true;
    const told: Waiting[] = [];
    for (const [id, waiting] of this.#waiting) {
      if (told.length === MOST_AT_ONCE) break;
      told.push(waiting);
      this.#waiting.delete(id);
    }
    try {
      const all = await settle(
        this.#redis,
        told.map(({ by, name, count, buckets: { quota: { tokens, perMs }, mostLearnt } }) => ({
          by,
          name,
          units: count * perMs,
          perMs: tokens,
          most: mostLearnt,
        })),
      );
      this.#fails = false;
      for (const [index, each] of told.entries()) this.#learn(each, all[index] ?? 0);
    } catch (error) {
      // Each node counts for itself until it comes back. What was spent meanwhile is not made good.
      this.#waiting.clear();
      if (!this.#fails) log.warn("Limits of requests are not shared: {error}", { error });
      this.#fails = true;
    } finally {
      this.#isTelling = false;
      if (!this.#ended) this.#soon();
    }
  }

  /** What was spent here since it was told comes on top. */
  #learn({ by, name, buckets }: Waiting, all: number): void {
    const since = this.#waiting.get(`${by} ${name}`)?.count ?? 0;
    buckets.learn(name, all + since * buckets.quota.perMs, this.#clock.monotonic());
  }
}
