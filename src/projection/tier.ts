/** A tier of the read path: memory, Redis, SQLite. */

/** The names of the tiers, as `served.from` gives them; `default` answers where none has anything. */
export type TierName = "memory" | "redis" | "sqlite" | "default";

/** What a tier holds under a key of a read model. */
export interface TierEntry {
  readonly epoch: string;
  readonly offset: number;
  /** JSON of the read model, without `served`. */
  readonly json: string;
  /** A later append may change it without a higher offset under this key, so it fills no other tier. */
  readonly volatile?: true;
}

/** A tier. A slow or failing tier costs its deadline, never the answer. */
export interface Tier {
  readonly name: TierName;
  /** How long a read may take, in milliseconds. */
  readonly deadlineMs: number;
  /** False where it cannot answer now: it is passed over, and that counts as nothing. */
  readonly available?: boolean;
  get(key: string, signal: AbortSignal): Promise<TierEntry | null> | TierEntry | null;
  /** Fills the tier after a miss; never puts an older entry over a newer. */
  set?(key: string, entry: TierEntry): Promise<void> | void;
  /** How many entries it holds, where it knows. */
  readonly size?: number;
}

/** Counters of a tier since start. Latency in milliseconds. */
export interface TierStats {
  readonly hits: number;
  readonly misses: number;
  readonly errors: number;
  /** hits ÷ (hits + misses), or null where nothing was asked. */
  readonly hitRate: number | null;
  readonly latency: { readonly p50: number | null; readonly p99: number | null };
  readonly entries: number | null;
}

/** An answer of the read path. */
export interface Answer {
  readonly from: TierName;
  readonly entry: TierEntry;
}
