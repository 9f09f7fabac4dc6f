/** Lists that grow at the end and are read from there: newest first, cursor by place, bounds by time. */

/** What to list. Times are microseconds since the epoch. */
export interface Listing<T> {
  /** In order of time. */
  readonly rows: readonly T[];
  readonly timeOf: (row: T) => number;
  /** From this time on. */
  readonly from: number;
  /** Up to before this time. */
  readonly until: number;
  readonly matches: (row: T) => boolean;
  readonly limit: number;
  /** Where the page before ended: the index in `rows` above the next candidate. */
  readonly before: number | null;
}

/** A page, and where the next begins; null at the end. */
export interface ListingPage<T> {
  readonly rows: readonly T[];
  readonly next: number | null;
}

/** A page of a list, newest first. Rows added meanwhile shift nothing: places count from the start. */
export function pageOf<T>(listing: Listing<T>): ListingPage<T> {
  const { rows, timeOf, matches, limit } = listing;
  const low = firstAt(rows, timeOf, listing.from);
  const high = firstAt(rows, timeOf, listing.until);
  const found: T[] = [];
  for (let i = Math.min(high, listing.before ?? high) - 1; i >= low; i -= 1) {
    const row = rows[i];
    if (row === undefined || !matches(row)) continue;
    if (found.length === limit) return { rows: found, next: i + 1 };
    found.push(row);
  }
  return { rows: found, next: null };
}

/** Index of the first row at or after a time; the length where there is none. */
function firstAt<T>(rows: readonly T[], timeOf: (row: T) => number, time: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && timeOf(row) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
