import type { Clock } from "../pnl/clock.ts";
import type { Frame } from "./frame.ts";
import { LatencyWindow } from "./latency_window.ts";
import { BREAKDOWN, CURRENT, isHistoryKey } from "./read_model.ts";
import type { Answer, Tier, TierEntry, TierName, TierStats } from "./tier.ts";

/** Options of {@link ReadPath}. */
export interface ReadPathOptions {
  /** The epoch that counts now. */
  readonly epoch: () => string;
  readonly clock: Clock;
  /**
   * What is answered where no tier has anything: JSON of the read model of an empty log. Where the last tier
   * failed, it may hold something: its error is given, and may be thrown.
   */
  readonly fallback: (key: string, failure: unknown) => string;
  /** Told of each tier's failure; the answer does not wait for it. */
  readonly onError?: (tier: TierName, key: string, error: unknown) => void;
}

/** Counters of one tier. */
class TierCounters {
  hits = 0;
  misses = 0;
  errors = 0;
  readonly latency = new LatencyWindow();
}

/** A tier took longer than its deadline. */
export class TierDeadlineError extends Error {
  readonly code = "tier_deadline";
  constructor(readonly tier: TierName, readonly deadlineMs: number) {
    super(`Cannot wait for tier ${tier}: ${deadlineMs} ms have passed`);
    this.name = "TierDeadlineError";
  }
}

/** Why a tier has no answer. */
class TierFailure {
  constructor(readonly error: unknown) {}
}

/** What a tier said: an entry that counts, nothing, or that it failed. */
type Asked = TierEntry | TierFailure | null;

/**
 * The read path: the first tier that has an answer gives it, and fills those before it.
 *
 * A hit counts only with the current epoch and an offset not below the floor, the highest offset that
 * this process has shown under the key: a lagging tier cannot move a reader backwards. A closed page
 * of history does not change, so it has no floor.
 */
export class ReadPath {
  readonly #tiers: readonly Tier[];
  readonly #options: ReadPathOptions;
  readonly #counters = new Map<TierName, TierCounters>();
  readonly #floors = new Map<string, number>();
  #floorEpoch = "";
  /** How often all was forgotten: an answer that was asked for before counts no more either. */
  #forgotten = 0;

  /** @param tiers in the order in which they are asked */
  constructor(tiers: readonly Tier[], options: ReadPathOptions) {
    this.#tiers = tiers;
    this.#options = options;
    for (const tier of tiers) this.#counters.set(tier.name, new TierCounters());
    this.#counters.set("default", new TierCounters());
  }

  /** Takes a new frame: it is the newest snapshot from now on, and nothing older is answered. */
  observe(frame: Frame): void {
    if (frame.epoch !== this.#options.epoch()) return;
    this.#raise(CURRENT, frame.offset);
    this.#raise(BREAKDOWN, frame.offset);
    const { epoch, offset, json } = frame;
    for (const tier of this.#tiers) {
      if (tier.name === "memory") void tier.set?.(CURRENT, { epoch, offset, json });
    }
  }

  /**
   * The answer under a key of a read model; always one, at worst the default. It comes at once where the
   * tiers that are asked answer at once: waiting for what is there costs a request under load dearly.
   */
  read(key: string): Answer | Promise<Answer> {
    return this.#readFrom(0, key);
  }

  /** What was shown so far counts no more: what is read from now on need not be newer. */
  forget(): void {
    this.#forgotten += 1;
    this.#floors.clear();
  }

  /** Counters of each tier, in the order in which they are asked. */
  stats(): Partial<Record<TierName, TierStats>> {
    const sizes = new Map(this.#tiers.map((tier) => [tier.name, tier.size ?? null]));
    const stats: Partial<Record<TierName, TierStats>> = {};
    for (const [name, { hits, misses, errors, latency }] of this.#counters) {
      stats[name] = {
        hits,
        misses,
        errors,
        hitRate: hits + misses === 0 ? null : hits / (hits + misses),
        latency: latency.percentiles(),
        entries: sizes.get(name) ?? null,
      };
    }
    return stats;
  }

  /** {@link read}, without the tiers before `first`; `failure` is why the one before them has no answer. */
  #readFrom(first: number, key: string, failure: unknown = null): Answer | Promise<Answer> {
    for (let index = first; index < this.#tiers.length; index++) {
      const tier = this.#tiers[index]!;
      if (tier.available === false) continue;
      const asked = this.#ask(tier, key);
      if (asked instanceof Promise) {
        const forgotten = this.#forgotten;
        return asked.then((entry) =>
          entry instanceof TierFailure
            ? this.#readFrom(index + 1, key, entry.error)
            : entry === null || forgotten !== this.#forgotten
            ? this.#readFrom(index + 1, key)
            : this.#hit(index, key, entry)
        );
      }
      failure = asked instanceof TierFailure ? asked.error : null;
      if (asked !== null && !(asked instanceof TierFailure)) return this.#hit(index, key, asked);
    }
    const json = this.#options.fallback(key, failure);
    this.#counter("default").hits++;
    return { from: "default", entry: { epoch: this.#options.epoch(), offset: 0, json } };
  }

  #hit(index: number, key: string, entry: TierEntry): Answer {
    this.#raise(key, entry.offset);
    if (entry.volatile !== true) this.#fill(index, key, entry);
    return { from: this.#tiers[index]!.name, entry };
  }

  /**
   * What a tier holds, if it counts. A deadline ends a wait; a tier that answers at once is not waited
   * for, so its answer is taken however long it took.
   */
  #ask(tier: Tier, key: string): Asked | Promise<Asked> {
    const started = this.#options.clock.monotonic();
    const counter = this.#counter(tier.name);
    const controller = new AbortController();
    const failed = (error: unknown) => {
      counter.errors++;
      this.#options.onError?.(tier.name, key, error);
      counter.latency.add(this.#options.clock.monotonic() - started);
      counter.misses++;
      return new TierFailure(error);
    };
    const judge = (entry: TierEntry | null) => {
      counter.latency.add(this.#options.clock.monotonic() - started);
      const counts = entry !== null && this.#counts(key, entry);
      if (counts) counter.hits++;
      else counter.misses++;
      return counts ? entry : null;
    };
    try {
      const got = tier.get(key, controller.signal);
      if (!(got instanceof Promise)) return judge(got);
      return inTime(got, tier, controller).then(judge).catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  #counts(key: string, entry: TierEntry): boolean {
    return entry.epoch === this.#options.epoch() && entry.offset >= this.#floor(key);
  }

  #fill(hit: number, key: string, entry: TierEntry): void {
    for (const tier of this.#tiers.slice(0, hit)) {
      const failed = (error: unknown) => {
        this.#counter(tier.name).errors++;
        this.#options.onError?.(tier.name, key, error);
      };
      try {
        const filled = tier.set?.(key, entry);
        if (filled instanceof Promise) filled.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }

  #floor(key: string): number {
    return this.#floorEpoch === this.#options.epoch() ? this.#floors.get(key) ?? 0 : 0;
  }

  /** Floors are of one epoch, and only of the keys that move, not of pages: the map cannot grow. */
  #raise(key: string, offset: number): void {
    if (isHistoryKey(key)) return;
    const epoch = this.#options.epoch();
    if (this.#floorEpoch !== epoch) this.#floors.clear();
    this.#floorEpoch = epoch;
    this.#floors.set(key, Math.max(this.#floors.get(key) ?? 0, offset));
  }

  #counter(name: TierName): TierCounters {
    const counter = this.#counters.get(name);
    if (counter === undefined) throw new RangeError(`Cannot count for tier ${name}: unknown`);
    return counter;
  }
}

/** The tier's answer, or a failure at its deadline; what comes later is nobody's. */
async function inTime(
  got: Promise<TierEntry | null>,
  tier: Tier,
  controller: AbortController,
): Promise<TierEntry | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TierDeadlineError(tier.name, tier.deadlineMs);
      controller.abort(error);
      reject(error);
    }, tier.deadlineMs);
  });
  try {
    return await Promise.race([got, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
