/** What is said of tiers that fail. */
import type { Logger } from "@logtape/logtape";
import type { TierName } from "./tier.ts";

/** A tier that goes on failing is told of again after this time, milliseconds. */
const AGAIN_MS = 60_000;

/** Tells of the failures of each tier: the first at once, then once a minute with how many there were. */
export function tierFailures(
  logger: Logger,
  now: () => number = () => performance.now(),
): (tier: TierName, key: string, error: unknown) => void {
  const told = new Map<TierName, { at: number; since: number }>();
  return (tier, key, error) => {
    const last = told.get(tier) ?? { at: -Infinity, since: 0 };
    last.since += 1;
    told.set(tier, last);
    if (now() - last.at < AGAIN_MS) return;
    const reason = error instanceof Error ? error.message : String(error);
    const properties = { tier, key, reason, count: last.since };
    logger.warn("Tier {tier} of the read path failed ({count}): {reason}", properties);
    last.at = now();
    last.since = 0;
  };
}
