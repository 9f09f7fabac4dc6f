/** Metrics of what is mirrored to Redis, where one is configured. */
import type { Exposition } from "../metrics/exposition.ts";
import type { AppDeps } from "./deps.ts";

const MIRROR_STATES = ["waiting", "filling", "following", "failed"];
const LEASE_STATES = ["held", "waiting", "lost"];

/** Writes them. */
export function redisMetrics(out: Exposition, { redis }: AppDeps): void {
  if (redis === null) return;
  const { connection, readable, lease, mirror } = redis();
  out.gauge("pnl_redis_connected", "1 where Redis is connected.", [[{}, connection === "ready"]]);
  out.gauge("pnl_redis_readable", "1 where the tier of the read path answers.", [[{}, readable]]);
  if (lease !== undefined) {
    out.state("pnl_redis_lease_state", "The lease of the writer.", LEASE_STATES, lease);
  }
  if (mirror === undefined) return;
  out.state("pnl_redis_mirror_state", "What the mirror does.", MIRROR_STATES, mirror.state);
  out.gauge("pnl_redis_mirror_position", "Position of the newest event that is mirrored.", [
    [{}, mirror.position],
  ]);
  out.gauge("pnl_redis_mirror_lag_events", "Events of the log that are not mirrored.", [
    [{}, mirror.lagEvents],
  ]);
  out.gauge("pnl_redis_mirror_lag_seconds", "Age of the oldest event that is not mirrored.", [
    [{}, mirror.lagSeconds],
  ]);
  out.counter("pnl_redis_mirror_begun_total", "Times the mirror was filled anew.", [
    [{}, mirror.begun],
  ]);
}
