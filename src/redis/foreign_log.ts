/** Redis that belongs to another log. */
import type { RedisKeys } from "./keys.ts";

/**
 * Redis holds the stream of another log under the same prefix, and this process has never verified a stream of
 * its own there. Nothing is written.
 */
export class ForeignLogError extends Error {
  readonly code = "foreign_log";
  /**
   * @param found id of the log that is mirrored there
   * @param expected id of this one
   */
  constructor(readonly found: string, readonly expected: string, { log, events }: RedisKeys) {
    super(
      `Cannot mirror log ${expected} into Redis: ${log} says that ${events} is of log ${found}. ` +
        `Give this service a REDIS_PREFIX of its own, or remove ${log} where log ${found} is of no ` +
        "more use",
    );
    this.name = "ForeignLogError";
  }
}
