/** Sending many clients away without their coming back all at once. */
import { HANDSHAKES_PER_SECOND } from "./admission.ts";

/** Those who can be told to come back later. */
interface Leaver {
  drain(retryMs: number): void;
}

/** At least so many are told at a time, and then others get their turn. */
const BATCH = 1_000;
const BATCH_MS = 100;
/** Nobody comes back sooner than this. */
const LEAST_RETRY_MS = 1_000;
/** Few clients come back spread over this time, many over as long as it takes to let them in. */
const LEAST_SPREAD_MS = 5_000;

/**
 * A time to come back after, in milliseconds.
 *
 * @param many how many come back
 * @param random 0 ≤ x < 1
 */
export function retryMsOf(many: number, random: number): number {
  const spreadMs = Math.max(LEAST_SPREAD_MS, many * 1_000 / HANDSHAKES_PER_SECOND);
  return LEAST_RETRY_MS + Math.floor(random * spreadMs);
}

/**
 * Tells all to come back, each at another time; the first ones before it returns a promise.
 *
 * @param withinMs all have been told by then
 * @param failed told of each that cannot be told: the others are
 */
export async function sendAway<L extends Leaver>(
  leavers: readonly L[],
  random: () => number,
  withinMs: number,
  failed: (leaver: L, error: unknown) => void,
): Promise<void> {
  const batches = Math.max(1, Math.floor(withinMs / BATCH_MS));
  const size = Math.max(BATCH, Math.ceil(leavers.length / batches));
  for (let at = 0; at < leavers.length; at += size) {
    if (at > 0) await new Promise((resolve) => setTimeout(resolve, BATCH_MS));
    for (const leaver of leavers.slice(at, at + size)) {
      try {
        leaver.drain(retryMsOf(leavers.length, random()));
      } catch (error) {
        failed(leaver, error);
      }
    }
  }
}
