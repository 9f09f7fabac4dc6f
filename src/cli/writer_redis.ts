/** What the writer does with Redis, where one is configured; without one nothing of it is loaded. */
import type { RedisHealth } from "../http/redis_health.ts";
import type { SqliteEventLog } from "../log/sqlite_event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Projector } from "../projection/projector.ts";
import type { Tier } from "../projection/tier.ts";
import type { RedisConnection } from "../redis/connection.ts";
import type { WriterIdentity } from "../redis/identity.ts";
import type { SourceStatus } from "../sources/status.ts";
import type { StateStore } from "../sources/state_store.ts";
import manifest from "../../deno.json" with { type: "json" };
import type { Config, RedisConfig } from "./config.ts";
import { addressOf } from "./serve_node.ts";

/** What the writer's part in Redis is made of. */
export interface WriterRedisParts {
  readonly redis: RedisConnection;
  /** How many events the mirrored stream keeps. */
  readonly retention: number;
  readonly state: StateStore;
  /** The folder, as its lock names it. */
  readonly place: string | null;
  readonly log: SqliteEventLog;
  readonly projector: Projector;
  readonly statuses: () => readonly SourceStatus[];
}

/** The writer's part in Redis. */
export interface WriterRedis {
  /** The second tier of the read path. */
  readonly tier: Tier;
  health(): RedisHealth;
  /** True once another process was seen to write there. */
  readonly isLost: boolean;
  /** Begins to write. `address` is what edges name. */
  start(address: string): void;
  /** Calls back, once, where another process is seen to write there. */
  onLost(listener: (reason: LeaseLostError) => void): void;
  /** Lets what is appended go out, and gives the lease back; within a second, whatever Redis does. */
  stop(): Promise<void>;
}

/** Another process writes to the same Redis: this one may append nothing more. */
export class LeaseLostError extends Error {
  readonly code = "lease_lost";
  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`This process stopped polling: ${why}`, { cause });
    this.name = "LeaseLostError";
  }
}

/** Begins to connect; closed with the stack. */
export async function connectRedis(
  { url, prefix }: RedisConfig,
  stack: AsyncDisposableStack,
): Promise<RedisConnection> {
  const { RedisConnection } = await import("../redis/connection.ts");
  const redis = new RedisConnection({ url, prefix });
  stack.defer(() => redis.close());
  return redis;
}

/** This run, recorded so that the next one in the same folder knows it. */
function identityOf(
  { state, place, log }: WriterRedisParts,
  clock: Clock,
  address: () => string,
): WriterIdentity {
  const holder = crypto.randomUUID();
  return {
    holder,
    ...state.nextStart({ holder, place, now: clock.now() }),
    logId: log.id,
    address,
  };
}

/**
 * Takes the lease.
 *
 * @throws {ForeignLogError} where Redis mirrors another log
 * @throws {LeaseHeldError} where another process writes there
 * @throws the signal's reason
 */
export async function claimRedis(
  config: Config,
  clock: Clock,
  parts: WriterRedisParts,
  signal: AbortSignal,
): Promise<WriterRedis> {
  const [{ RedisModels }, { RedisTier }, { RedisWriter }] = await Promise.all([
    import("../redis/models.ts"),
    import("../projection/redis_tier.ts"),
    import("../redis/redis_writer.ts"),
  ]);
  const { redis, projector } = parts;
  // Where the system chooses the port it is known only when the server listens.
  let address = config.port === 0 ? "" : addressOf(config, config.port);
  const writer = new RedisWriter({
    redis,
    log: parts.log,
    identity: identityOf(parts, clock, () => address),
    source: projector,
    heartbeat: () => ({
      windowMs: config.intervalMs,
      mode: config.mode ?? "live",
      version: manifest.version,
      address,
      confirmedAgeMs: projector.confirmedAgeMs,
      sources: parts.statuses(),
    }),
    intervalMs: config.intervalMs,
    retention: parts.retention,
    clock,
  });
  await writer.claim({ signal });
  const tier = new RedisTier({
    models: new RedisModels(redis),
    branch: () => writer.branch,
    epoch: () => projector.epoch,
    clock,
  });
  return {
    tier,
    health: () => ({ ...writer.status(), readable: tier.healthy }),
    get isLost() {
      return writer.lost.aborted;
    },
    start: (at) => {
      address = at;
      writer.start();
    },
    onLost: (listener) => {
      const { lost } = writer;
      const tell = () => listener(new LeaseLostError(lost.reason));
      if (lost.aborted) tell();
      else lost.addEventListener("abort", tell, { once: true });
    },
    stop: () => writer.stop(),
  };
}
