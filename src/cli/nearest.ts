/** The nearest name to one that was mistyped. */

/** Edit distance (insert, delete, replace, swap of neighbours), restricted Damerau–Levenshtein. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, before[j - 2]! + 1);
      }
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * The name most like `name`, or null where none is near enough to be what was meant.
 *
 * @param name what was typed; only its first 64 characters count
 */
export function nearest(name: string, names: readonly string[]): string | null {
  const typed = name.slice(0, 64);
  let best: string | null = null;
  let least = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const candidate of names) {
    const steps = distance(typed, candidate);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}
