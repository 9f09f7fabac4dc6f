/** The keys of an edge: what the writer leaves in Redis. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import { reasonOf, type RedisConnection } from "../redis/connection.ts";
import { type ActiveKey, isActive, type KeyRing } from "./key_record.ts";
import { BELIEVED_MS, readKeys, REFRESH_MS } from "./published_keys.ts";

const log = getLogger(["pnl", "access"]);

/** Follows the keys. While Redis is away the last ones count, but not for ever. */
export class KeyFollower implements KeyRing {
  readonly #redis: RedisConnection;
  readonly #clock: Clock;
  #keys: ReadonlyMap<string, ActiveKey> = new Map();
  #readAt = -Infinity;
  #failing = false;

  constructor(redis: RedisConnection, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  get isKnown(): boolean {
    return this.#clock.monotonic() - this.#readAt <= BELIEVED_MS;
  }

  /** How many are known. */
  get size(): number {
    return this.#keys.size;
  }

  /** Reads them again and again. Returns what ends that. */
  start(): () => void {
    const timer = setInterval(() => void this.read(), REFRESH_MS);
    const unlisten = this.#redis.onReady(() => void this.read());
    return () => {
      clearInterval(timer);
      unlisten();
    };
  }

  /** Reads them; those from before stay where that fails. */
  async read(): Promise<void> {
    const { commands, keys } = this.#redis;
    try {
      const text = await commands.get(keys.apiKeys);
      this.#failing = false;
      // The writer has been away for long, or Redis was wiped: neither revokes a key.
      if (text === null) return;
      this.#keys = new Map(readKeys(text).map((key) => [key.id, key]));
      this.#readAt = this.#clock.monotonic();
    } catch (error) {
      if (!this.#failing) log.warn("Cannot read the keys: {why}", { why: reasonOf(error) });
      this.#failing = true;
    }
  }

  find(id: string, now: number): ActiveKey | null {
    const key = this.isKnown ? this.#keys.get(id) : undefined;
    return key !== undefined && isActive({ ...key, revokedAt: null }, now) ? key : null;
  }

  /** Only the writer writes down when a key was used. */
  used(): void {}
}
