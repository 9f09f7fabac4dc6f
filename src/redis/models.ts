import type { RedisConnection } from "./connection.ts";
import { formatModel, type ModelRecord, parseModel } from "./records.ts";

/** How long a page of history stays, milliseconds. */
export const PAGE_TTL_MS = 3_600_000;

/**
 * The read models in Redis, as they stand there: whether one is to be believed, its reader decides.
 *
 * Each method fails at once while Redis is away.
 */
export class RedisModels {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** False while Redis is not connected, where every question would fail. */
  get connected(): boolean {
    return this.#redis.state === "ready";
  }

  /** The newest snapshot; null where there is none. */
  current(): Promise<ModelRecord | null> {
    return this.#get(this.#redis.keys.current);
  }

  /** The breakdown that adds up to the newest snapshot; null where there is none. */
  breakdown(): Promise<ModelRecord | null> {
    return this.#get(this.#redis.keys.breakdown);
  }

  /** A closed page of history; null where it is not kept. */
  page(branch: string, epoch: string, key: string): Promise<ModelRecord | null> {
    return this.#get(this.#redis.keys.page(branch, epoch, key));
  }

  /**
   * Keeps a closed page of history for an hour. Its key names branch and epoch, so that a late write
   * of another process lands where nobody reads.
   */
  async putPage(key: string, record: ModelRecord): Promise<void> {
    const { commands, keys } = this.#redis;
    const { branch, epoch } = record;
    await commands.set(keys.page(branch, epoch, key), formatModel(record), "PX", PAGE_TTL_MS);
  }

  async #get(key: string): Promise<ModelRecord | null> {
    const text = await this.#redis.commands.get(key);
    return text === null ? null : parseModel(key, text);
  }
}
