/** Who may have what at this node: whether keys are asked for, and where they are found. */
import { getLogger } from "@logtape/logtape";
import { Access } from "../access/access.ts";
import { EndedHere } from "../access/ended_sessions.ts";
import { KeyStore } from "../access/key_store.ts";
import { isLoopback } from "../sources/loopback.ts";
import type { Share } from "../http/rate_limit.ts";
import type { Clock } from "../pnl/clock.ts";
import type { RedisConnection } from "../redis/connection.ts";
import { type Config, ConfigError } from "./config.ts";

const log = getLogger(["pnl", "access"]);

/** True where every request has to show who sends it. */
function isKeyRequired({ auth, host }: Pick<Config, "auth" | "host">): boolean {
  return auth === "required" || auth === "auto" && !isLoopback(host);
}

/** @throws {ConfigError} where a server that others reach would listen without any key being there */
function checkKeys(config: Config, keys: KeyStore, clock: Clock): void {
  if (!isKeyRequired(config) || keys.active(clock.now()).length > 0) return;
  if (config.auth === "required") {
    return log.warn("There is no active key: nobody can get in. deno task keys create makes one");
  }
  throw new ConfigError([
    `HOST: ${config.host} can be reached from other machines, and there is no active API key. ` +
    "Make one: deno task keys create --name <text>. Or set PNL_AUTH=off: everybody may do everything",
  ]);
}

/** Where nodes find each other's tickets; null without Redis. */
async function shelfOf(redis: RedisConnection | null) {
  if (redis === null) return null;
  const { RedisShelf } = await import("../access/redis_shelf.ts");
  return new RedisShelf(redis);
}

/** How limits of requests are shared with the other nodes, until the stack ends it; null without Redis. */
export async function openSharing(
  clock: Clock,
  redis: RedisConnection | null,
  stack: AsyncDisposableStack,
): Promise<Share | null> {
  if (redis === null) return null;
  const { RateSharing } = await import("../http/rate_sharing.ts");
  const sharing = new RateSharing(redis, clock);
  stack.defer(() => sharing.end());
  return sharing.share;
}

/** What the writer checks by, and gives to the edges. */
export interface WriterAccess {
  readonly access: Access;
  /**
   * Begins to give the keys to the edges; the stack ends it.
   *
   * @param mayWrite false once another process writes to Redis
   */
  publish(mayWrite: () => boolean): Promise<void>;
}

/**
 * Opens the writer's keys, which the stack closes.
 *
 * @throws {ConfigError} where the server would have to listen without any key
 * @throws {DatabaseError}
 */
export async function openWriterAccess(
  config: Config,
  clock: Clock,
  redis: RedisConnection | null,
  stack: AsyncDisposableStack,
): Promise<WriterAccess> {
  const keys = stack.use(await KeyStore.open(`${config.dataDir}/state.db`));
  checkKeys(config, keys, clock);
  const required = isKeyRequired(config);
  const shelf = await shelfOf(redis);
  return {
    access: new Access({ required, keys, ended: keys, clock, shelf }),
    publish: async (mayWrite) => {
      if (redis === null) return;
      const { publishKeys } = await import("../access/key_publisher.ts");
      const active = () => keys.active(clock.now());
      stack.defer(publishKeys({ redis, active, mayWrite }));
    },
  };
}

/** What an edge checks by: the keys that the writer leaves in Redis. The stack ends following them. */
export async function openEdgeAccess(
  config: Config,
  clock: Clock,
  redis: RedisConnection,
  stack: AsyncDisposableStack,
): Promise<Access> {
  const { KeyFollower } = await import("../access/key_follower.ts");
  const keys = new KeyFollower(redis, clock);
  const required = isKeyRequired(config);
  if (required) {
    await keys.read();
    if (keys.size === 0) log.warn("No active key is known from the writer: nobody can get in yet");
  }
  stack.defer(keys.start());
  const shelf = await shelfOf(redis);
  return new Access({ required, keys, ended: new EndedHere(), clock, shelf });
}
