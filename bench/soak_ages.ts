/** How old snapshots were when they came. */

/** Counts by age: at `n` how many snapshots were `n` ms old, the last for all that were older. */
export type Ages = readonly number[];

/** The counts of several together. */
export function added(all: readonly Ages[]): Ages {
  return all[0]!.map((_, age) => all.reduce((sum, each) => sum + each[age]!, 0));
}

/** How many snapshots there were. */
export function countOf(ages: Ages): number {
  return ages.reduce((sum, count) => sum + count, 0);
}

/** The age that a share of the snapshots did not exceed, in milliseconds. */
export function ageAt(share: number, ages: Ages): number {
  const total = countOf(ages);
  let below = 0;
  return ages.findIndex((count) => (below += count) >= share * total);
}
