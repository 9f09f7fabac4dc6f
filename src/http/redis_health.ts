/** What is known of Redis, as `/health` shows it. */
import type { EdgeProjection } from "../projection/edge_projection.ts";
import type { RedisTier } from "../projection/redis_tier.ts";
import type { RedisConnection } from "../redis/connection.ts";
import type { MirrorStatus } from "../redis/event_mirror.ts";

/** Redis as this process sees it. What only a writer does is absent on an edge. */
export interface RedisHealth {
  readonly connection: "connecting" | "ready" | "down";
  /** Free of credentials. */
  readonly lastError: string | null;
  /** The tier of the read path answers: its breaker is closed, and what is there is believed. */
  readonly readable: boolean;
  readonly lease?: "held" | "waiting" | "lost";
  /** Of the mirror; null while none is verified. */
  readonly branch?: string | null;
  readonly mirror?: MirrorStatus;
  /** The newest snapshot that is there. */
  readonly snapshots?: { readonly offset: number | null };
}

/** Redis as an edge sees it. */
export function edgeRedisHealth(
  edge: EdgeProjection,
  redis: RedisConnection,
  tier: RedisTier,
): RedisHealth {
  return {
    connection: redis.state,
    lastError: redis.lastError,
    readable: tier.healthy,
    branch: edge.branch,
    snapshots: { offset: edge.current()?.offset ?? null },
  };
}
