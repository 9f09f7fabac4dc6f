/**
 * Of what the snapshots in Redis were made. The log may be replaced by an older copy of itself that goes
 * another way, at a moment when the stream of events was behind the snapshots: then what is said of the
 * events still fits the log, and only what is said of the snapshots tells that another branch has to begin.
 */
import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import { failureOf, guardedScript, runGuarded, type WriteContext } from "./scripts.ts";

/** Takes the name from the branch, so that another one begins. */
const FORSAKE = guardedScript(`
redis.call('HDEL', KEYS[2], 'branch')
return {'ok'}
`);

/**
 * Holds the snapshots in Redis against the log, and takes the name from the branch where they were made of
 * what the log does not hold.
 *
 * @returns false where it did: another branch has to begin
 * @throws {BranchLostError}
 * @throws {LeaseHeldError}
 * @throws {RedisFailedError}
 */
export async function checkSnapshotLineage(
  context: WriteContext,
  log: Pick<EventLog, "id" | "contains">,
  logger: Logger = getLogger(["pnl", "redis"]),
): Promise<boolean> {
  const { commands, keys } = context.redis;
  const [digits, root] = await commands.hmget(keys.log, "snapshotPosition", "snapshotRoot")
    .catch((error: unknown) => {
      throw failureOf(error);
    });
  // Before the first snapshot there is nothing to hold against the log.
  if (typeof digits !== "string" || typeof root !== "string") return true;
  const position = Number(digits);
  if (log.contains({ logId: log.id, position, root })) return true;
  logger.warn(
    "The log does not hold what its snapshots in Redis were made of, up to position {position}: " +
      "Redis is filled anew",
    { position },
  );
  await runGuarded(FORSAKE, context, [], []);
  return false;
}
