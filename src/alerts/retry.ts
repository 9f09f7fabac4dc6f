/** When a delivery that failed is tried again. */

/** Seconds until the next attempt, after the first, the second, …: more than 25 hours in all. */
const WAITS = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200] as const;

/** A wait grows by up to this part, by chance, so that not everything comes back at once. */
const JITTER = 0.2;

/** No wait is longer, milliseconds. */
export const MOST_WAIT_MS = Math.max(...WAITS) * (1 + JITTER) * 1000;

/**
 * The wait after an attempt, milliseconds; null where it was the last one.
 *
 * @param attempts so many were made
 * @param random of 0 to 1
 * @param retryAfterMs what the receiver asked for; it is waited for no longer than {@link MOST_WAIT_MS}
 */
export function waitAfter(
  attempts: number,
  random: number,
  retryAfterMs: number | null = null,
): number | null {
  const seconds = WAITS[attempts - 1];
  if (seconds === undefined) return null;
  const own = seconds * 1000 * (1 + JITTER * random);
  return Math.min(MOST_WAIT_MS, Math.max(own, retryAfterMs ?? 0));
}
