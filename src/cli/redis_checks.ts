/** The checks of `doctor` on Redis: whether it is reached, what may be lost in it, and who writes there. */
import { openSqliteEventLog } from "../log/sqlite_event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import { isLoopback } from "../sources/loopback.ts";
import type { RedisConnection } from "../redis/connection.ts";
import { type Check, type CheckResult, fail, ok, skip, warn } from "./check.ts";
import type { Config, RedisConfig } from "./config.ts";
import { logPath } from "./open_log.ts";

type Found = Omit<CheckResult, "name">;

const READY_MS = 2_000;
const PINGS = 5;
/** The second tier of the read path has 50 ms; a Redis that takes a good part of it is no help. */
const SLOW_MS = 10;
/** Ranges of a stream that leave out their first entry came with 6.2; the rest is older. */
const LEAST_VERSION = 6.2;

/** The checks, and what they hold open. */
export interface RedisChecks extends AsyncDisposable {
  readonly checks: readonly Check[];
}

/** `INFO`'s lines of one section, by name. */
async function info(redis: RedisConnection, section: string): Promise<Map<string, string>> {
  const lines = (await redis.commands.info(section)).split("\r\n");
  return new Map(lines.flatMap((line) => {
    const at = line.indexOf(":");
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
  }));
}

/** Median of some round trips, milliseconds. */
async function latencyMs(redis: RedisConnection): Promise<number> {
  const times: number[] = [];
  for (let ping = 0; ping < PINGS; ping++) {
    const from = performance.now();
    await redis.commands.ping();
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[Math.floor(PINGS / 2)] ?? 0;
}

async function serverCheck(redis: RedisConnection, url: string): Promise<Found> {
  if (!await redis.untilReady(READY_MS)) {
    return fail(`${redis.server} is not reached (REDIS_URL): ${redis.lastError ?? "no answer"}`);
  }
  const version = (await info(redis, "server")).get("redis_version") ?? "";
  const role = (await info(redis, "replication")).get("role") ?? "";
  const ms = await latencyMs(redis);
  const shown = `${redis.server}, version ${version}, ${ms.toFixed(1)} ms`;
  if (Number.parseFloat(version) < LEAST_VERSION) {
    return fail(`${shown}: version ${LEAST_VERSION} or later is needed`);
  }
  if (role === "slave") return fail(`${shown}: it is a replica, which can only be read`);
  if (ms > SLOW_MS) return warn(`${shown}: it is far away or busy`);
  const { protocol, hostname } = new URL(url);
  const plain = protocol === "redis:" && !isLoopback(hostname);
  return plain ? warn(`${shown}; redis:// is not encrypted: a private network only`) : ok(shown);
}

/** What Redis may throw out by itself. */
async function memoryCheck(redis: RedisConnection): Promise<Found> {
  const memory = await info(redis, "memory");
  const [used, most] = ["used_memory_human", "maxmemory_human"].map((name) => memory.get(name));
  const policy = memory.get("maxmemory_policy") ?? "unknown";
  if (memory.get("maxmemory") === "0") return ok(`${used} used, no limit`);
  const shown = `${used} of ${most} used, maxmemory-policy ${policy}`;
  return policy === "noeviction"
    ? ok(shown)
    : warn(`${shown}: it may throw out the stream, which then begins anew; noeviction does not`);
}

async function persistenceCheck(redis: RedisConnection): Promise<Found> {
  const persistence = await info(redis, "persistence");
  if (persistence.get("aof_enabled") === "1") return ok("append-only file");
  const saved = Number(persistence.get("rdb_last_save_time") ?? 0);
  const at = new Date(saved * 1000).toISOString();
  return ok(`no append-only file, last saved or started ${at}; what is lost is filled again`);
}

/** What the writer left there: its log, as far as it is there, and its last sign of life. */
async function heartbeat(redis: RedisConnection): Promise<string | null> {
  const { HEARTBEAT_TTL_MS, parseHeartbeat } = await import("../redis/records.ts");
  const { commands, keys } = redis;
  const text = await commands.get(keys.heartbeat);
  if (text === null) return null;
  const age = (HEARTBEAT_TTL_MS - await commands.pttl(keys.heartbeat)) / 1000;
  const { address, mode } = parseHeartbeat(keys.heartbeat, text);
  return `the ${mode} writer at ${address} was heard ${age.toFixed(1)} s ago`;
}

async function edgeCheck(redis: RedisConnection): Promise<Found> {
  const heard = await heartbeat(redis);
  return heard === null
    ? fail(`no writer has been here: is its REDIS_PREFIX this one (${redis.keys.heartbeat})?`)
    : ok(heard);
}

/** Whether the stream in Redis is this log's. */
async function mirrorCheck(redis: RedisConnection, config: Config): Promise<Found> {
  const { inspectMirror, isBlank, mirrorFault } = await import("../redis/mirror_state.ts");
  const state = await inspectMirror(redis);
  const heard = await heartbeat(redis) ?? "no writer was heard";
  if (isBlank(state)) return ok("empty: it is filled at the next start");
  const { lineage } = state;
  if (lineage === null) return warn("the stream has no lineage: it begins anew at the next start");
  const shown = `log ${lineage.logId} up to ${lineage.position}; ${heard}`;
  try {
    const path = logPath(config);
    using log = await openSqliteEventLog({ path, clock: systemClock, readOnly: true });
    if (lineage.logId !== log.id) {
      return fail(`${shown}; this is log ${log.id}: give it a REDIS_PREFIX of its own`);
    }
    const fault = mirrorFault(state, log, config.redis?.retention ?? 0);
    return fault === null
      ? ok(shown)
      : warn(`${shown}; it begins anew at the next start: ${fault}`);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "database_missing")) {
      throw error;
    }
    return fail(`${shown}; there is no log here yet: give it a REDIS_PREFIX of its own`);
  }
}

async function leaseCheck(redis: RedisConnection): Promise<Found> {
  const { parseLease } = await import("../redis/records.ts");
  const { commands, keys } = redis;
  const text = await commands.get(keys.writer);
  if (text === null) return ok("free");
  const { address, since } = parseLease(keys.writer, text);
  return ok(`held by ${address} since ${since}, ${await commands.pttl(keys.writer)} ms to run`);
}

async function open(config: Config, { url, prefix }: RedisConfig): Promise<RedisChecks> {
  const { RedisConnection } = await import("../redis/connection.ts");
  const redis = new RedisConnection({ url, prefix });
  const check = (name: string, run: () => Promise<Found>): Check => ({
    name,
    run: () => redis.state === "ready" ? run() : skip("Redis is not reached"),
  });
  return {
    checks: [
      { name: "redis", run: () => serverCheck(redis, url) },
      check("redis memory", () => memoryCheck(redis)),
      check("redis persistence", () => persistenceCheck(redis)),
      check(
        "redis stream",
        () => config.role === "edge" ? edgeCheck(redis) : mirrorCheck(redis, config),
      ),
      check("redis lease", () => leaseCheck(redis)),
    ],
    [Symbol.asyncDispose]: () => redis.close(),
  };
}

/** Opens the checks of the configured Redis; none where there is none. */
export async function openRedisChecks(config: Config): Promise<RedisChecks> {
  if (config.redis !== null) return await open(config, config.redis);
  return { checks: [], [Symbol.asyncDispose]: () => Promise.resolve() };
}
