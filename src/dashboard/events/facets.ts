/** How many events of each source and type there are, for the menus of the filters. */
import { whole } from "../format.ts";

/** `/api/events/facets`, as far as it is used. */
export interface Facets {
  readonly sources: readonly { readonly source: string; readonly count: number }[];
  readonly types: readonly { readonly type: string; readonly count: number }[];
}

/** An entry of a menu. */
export interface Option {
  readonly value: string;
  readonly label: string;
  /** Events of the whole log; null where that is not known. */
  readonly count: number | null;
}

/**
 * The entries of a menu: what the catalogue names, in its order, what the log holds beside it, and what is
 * chosen though it is neither.
 *
 * @param counts of what the log holds; undefined where that is not known
 */
export function optionsOf(
  words: Readonly<Record<string, string>>,
  counts: readonly (readonly [string, number])[] | undefined,
  chosen: string | undefined,
): Option[] {
  const known = new Map(counts);
  const others = [...known.keys(), ...(chosen === undefined ? [] : [chosen])];
  const values = new Set([...Object.keys(words), ...others]);
  return [...values].map((value) => ({
    value,
    label: Object.hasOwn(words, value) ? words[value] ?? value : value,
    count: counts === undefined ? null : known.get(value) ?? 0,
  }));
}

/** A count behind a label. */
export function countWords(count: number | null): string {
  return count === null ? "" : ` (${whole(count)})`;
}
