import { LRUCache } from "lru-cache";
import type { Tier, TierEntry } from "./tier.ts";

/** Bounds of the memory tier. */
export interface MemoryTierOptions {
  /** Default 1,000. */
  readonly maxEntries?: number;
  /** Of all keys and texts together, in characters; default 64 Mi. Long pages of history are what it bounds. */
  readonly maxCharacters?: number;
}

/** The first tier: a bounded LRU in this process. */
export class MemoryTier implements Tier {
  readonly name = "memory";
  readonly deadlineMs = 5;
  readonly #entries: LRUCache<string, TierEntry>;

  constructor({ maxEntries = 1000, maxCharacters = 64 * 1024 * 1024 }: MemoryTierOptions = {}) {
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxCharacters,
      sizeCalculation: (entry, key) => entry.json.length + key.length,
    });
  }

  /** How many entries it holds. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string): TierEntry | null {
    return this.#entries.get(key) ?? null;
  }

  /** Keeps the entry unless a newer one of the same epoch is here; another epoch replaces. */
  set(key: string, entry: TierEntry): void {
    const held = this.#entries.peek(key);
    if (held !== undefined && held.epoch === entry.epoch && held.offset > entry.offset) return;
    this.#entries.set(key, entry);
  }

  /** Forgets everything; for when what stands behind was replaced. */
  clear(): void {
    this.#entries.clear();
  }
}
