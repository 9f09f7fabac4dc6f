/** The sign of life that the writer leaves in Redis each interval. */
import { type Heartbeat, HEARTBEAT_TTL_MS } from "./records.ts";
import { guardedScript, runGuarded, type WriteContext } from "./scripts.ts";

/** What a heartbeat says of the writer beside what this module knows. */
export type HeartbeatFacts = Pick<
  Heartbeat,
  "windowMs" | "mode" | "version" | "address" | "confirmedAgeMs" | "sources"
>;

/** KEYS: 3 heartbeat. ARGV: 4 its text, 5 how long it lives, milliseconds. */
const BEAT = guardedScript(`
redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[5])
return {'ok'}
`);

/**
 * Writes a heartbeat, and so learns whether the branch is still there.
 *
 * @throws {RedisFailedError} where Redis refused or did not answer
 * @throws {LeaseHeldError}
 * @throws {BranchLostError}
 */
export async function writeHeartbeat(
  context: WriteContext,
  heartbeat: Omit<Heartbeat, "branch">,
): Promise<void> {
  const text = JSON.stringify({ ...heartbeat, branch: context.branch } satisfies Heartbeat);
  await runGuarded(BEAT, context, [context.redis.keys.heartbeat], [text, HEARTBEAT_TTL_MS]);
}
