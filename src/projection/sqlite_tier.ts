import type { Tier, TierEntry } from "./tier.ts";

/** What the tier reads; the projector is it. */
export interface StoredModels {
  stored(key: string): TierEntry | null;
}

/** The last tier with data: the projection's own file. It answers synchronously. */
export class SqliteTier implements Tier {
  readonly name = "sqlite";
  readonly deadlineMs = 2000;
  readonly #models: StoredModels;

  constructor(models: StoredModels) {
    this.#models = models;
  }

  get(key: string): TierEntry | null {
    return this.#models.stored(key);
  }
}
