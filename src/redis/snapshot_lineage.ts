/**
 * Of what the snapshots in Redis were made. The log may be replaced by an older copy of itself that goes
 * another way, at a moment when the stream of events was behind the snapshots: then what is said of the
 * events still fits the log, and only what is said of the snapshots tells that another branch has to begin.
 */
import type { EventLog } from "../log/event_log.ts";
import type { RedisConnection } from "./connection.ts";
import { failureOf } from "./scripts.ts";

/**
 * Holds the snapshots in Redis against the log.
 *
 * @returns why they are not of this log; null where they are, or none is there
 * @throws {RedisFailedError}
 */
export async function snapshotLineageFault(
  { commands, keys }: RedisConnection,
  log: Pick<EventLog, "id" | "contains">,
): Promise<string | null> {
  const [digits, root] = await commands.hmget(keys.log, "snapshotPosition", "snapshotRoot")
    .catch((error: unknown) => {
      throw failureOf(error);
    });
  // Before the first snapshot there is nothing to hold against the log.
  if (typeof digits !== "string" || typeof root !== "string") return null;
  const isOurs = log.contains({ logId: log.id, position: Number(digits), root });
  return isOurs ? null : `the log does not hold what they were made of, up to position ${digits}`;
}
