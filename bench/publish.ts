/** What a writer does in Redis, for a log and a projection of a benchmark. */
import type { EventLog } from "../src/log/event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { RedisConnection } from "../src/redis/connection.ts";
import { RedisWriter } from "../src/redis/redis_writer.ts";
import { writerIdentity } from "../src/redis/test_writer.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import type { PushServer } from "./push_server.ts";

/** A Redis of the benchmark's own; null, which is told, where the machine has none. */
export async function redisOrNull(): Promise<TestRedis | null> {
  try {
    return await startRedis();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("  not measured: there is no redis-server on PATH");
    return null;
  }
}

/** Publishes until it is disposed. */
export interface Published extends AsyncDisposable {
  readonly writer: RedisWriter;
}

/**
 * Mirrors the log and publishes what the projector makes.
 *
 * @param intervalMs length of a window, and time between two heartbeats
 */
export async function publish(
  log: EventLog,
  { projector, port }: PushServer,
  url: string,
  intervalMs: number,
): Promise<Published> {
  const redis = new RedisConnection({ url });
  const address = `http://127.0.0.1:${port}`;
  const writer = new RedisWriter({
    redis,
    log,
    identity: writerIdentity({ logId: log.id, address: () => address }),
    source: projector,
    heartbeat: () => ({
      windowMs: intervalMs,
      mode: "live",
      version: "bench",
      address,
      confirmedAgeMs: projector.confirmedAgeMs,
      sources: [],
    }),
    intervalMs,
    clock,
  });
  await writer.claim();
  writer.start();
  return {
    writer,
    [Symbol.asyncDispose]: async () => {
      await writer.stop();
      await redis.close();
    },
  };
}
