/** Gives the writer's keys to the edges, through Redis. */
import { getLogger } from "@logtape/logtape";
import { reasonOf, type RedisConnection } from "../redis/connection.ts";
import type { ActiveKey } from "./key_record.ts";
import { BELIEVED_MS, REFRESH_MS, writeKeys } from "./published_keys.ts";

const log = getLogger(["pnl", "access"]);

/** What is published, and where. */
export interface PublishedKeys {
  readonly redis: RedisConnection;
  readonly active: () => readonly ActiveKey[];
  /** False once another process writes to Redis. */
  readonly mayWrite: () => boolean;
}

/** Writes the active keys to Redis, again and again. Returns what ends that. */
export function publishKeys({ redis, active, mayWrite }: PublishedKeys): () => void {
  let failing = false;
  const publish = async () => {
    if (redis.state !== "ready" || !mayWrite()) return;
    try {
      await redis.commands.set(redis.keys.apiKeys, writeKeys(active()), "PX", BELIEVED_MS);
      failing = false;
    } catch (error) {
      if (!failing) log.warn("Cannot give the keys to the edges: {why}", { why: reasonOf(error) });
      failing = true;
    }
  };
  const timer = setInterval(() => void publish(), REFRESH_MS);
  const unlisten = redis.onReady(() => void publish());
  return () => {
    clearInterval(timer);
    unlisten();
  };
}
