import type { Difference } from "./difference.ts";
import type { Identity } from "./epoch.ts";
import { projectionEpoch } from "./epoch.ts";
import { openCurrentReadOnly, type ReadOnlyBuild } from "./read_only_build.ts";
import type { StoreReader } from "./store_reader.ts";
import type { FinalRow } from "./stored.ts";

const PAGE = 1000;

/** What came of holding two builds against each other. */
export interface BuildComparison {
  /** Finals that both should have. Null: there is no build of the same log, fold version and window. */
  readonly compared: number | null;
  /** Why nothing was compared. */
  readonly reason?: string;
  readonly firstDifference?: Difference;
}

/** Positions that are compared. */
export interface ComparisonRange {
  readonly from?: number;
  readonly to?: number;
}

/** Holds the finals of a new build against the current one's, up to where both have come. */
export function compareWithCurrent(
  dataDir: string,
  identity: Identity,
  made: StoreReader,
  { from = 1, to = Infinity }: ComparisonRange,
): BuildComparison {
  let current: ReadOnlyBuild;
  try {
    current = openCurrentReadOnly(dataDir);
  } catch (error) {
    return { compared: null, reason: error instanceof Error ? error.message : String(error) };
  }
  using old = current;
  if (projectionEpoch(old.identity) !== projectionEpoch(identity)) {
    return { compared: null, reason: `${old.name} is of another log or window length` };
  }
  const ends = [made.checkpoint(), old.reader.checkpoint()].map((end) => end?.position ?? 0);
  // A final stands at the last position of its window, and the event that closed it comes after.
  return compare(old.reader, made, from, Math.min(to, ...ends.map((end) => end - 1)));
}

function compare(
  stored: StoreReader,
  made: StoreReader,
  from: number,
  to: number,
): BuildComparison {
  let compared = 0;
  for (let after = from - 1; after < to;) {
    const pages = [stored, made].map((reader) =>
      reader.finalsAfter(after, PAGE).filter(({ position }) => position <= to)
    );
    const [left = [], right = []] = pages;
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      const firstDifference = difference(left[index], right[index]);
      if (firstDifference !== null) return { compared, firstDifference };
      compared++;
    }
    if (left.length < PAGE) break;
    after = left.at(-1)?.position ?? to;
  }
  return { compared };
}

/** The earlier row of the two is the one that the other side lacks. */
function difference(stored?: FinalRow, made?: FinalRow): Difference | null {
  if (stored?.position === made?.position && stored?.json === made?.json) return null;
  const position = Math.min(stored?.position ?? Infinity, made?.position ?? Infinity);
  return {
    what: "final",
    position,
    stored: stored?.position === position ? stored.json : null,
    recomputed: made?.position === position ? made.json : null,
  };
}
