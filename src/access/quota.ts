/**
 * How often somebody may do something: a token bucket as GCRA counts it (ITU-T I.371, the virtual
 * scheduling algorithm), in whole numbers only, so that nothing is lost by rounding.
 *
 * What was spent is counted in units: each millisecond gives `tokens` of them back, and each time costs
 * `perMs`.
 */

/** So many at once, and as many again as come back: `tokens` in `perMs` milliseconds. Whole numbers. */
export interface Quota {
  readonly burst: number;
  readonly tokens: number;
  readonly perMs: number;
}

/** So many a second, and twice as many at once. */
export function perSecond(tokens: number): Quota {
  return { burst: 2 * tokens, tokens, perMs: 1_000 };
}

/** How long until there is one again, milliseconds; 0 where there is. @param spent units */
export function waitOf({ burst, tokens, perMs }: Quota, spent: number): number {
  return Math.max(0, Math.ceil((spent + perMs - burst * perMs) / tokens));
}

/** How many there are now. @param spent units */
export function remainingOf({ burst, perMs }: Quota, spent: number): number {
  return Math.max(0, Math.floor((burst * perMs - spent) / perMs));
}

/** How long until nothing is spent any more, milliseconds. @param spent units */
export function refillOf({ tokens }: Quota, spent: number): number {
  return Math.ceil(spent / tokens);
}
