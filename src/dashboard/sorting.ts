/** Order of the rows of a table. */
import { parseMoney } from "../pnl/money.ts";

/** What a row is sorted by: a decimal string by its amount, other text by the alphabet; null comes last. */
export type SortKey =
  | { readonly kind: "amount"; readonly value: string | null }
  | { readonly kind: "text"; readonly value: string | null };

/** A column that rows are sorted by. */
export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

function compareKnown(a: SortKey, b: SortKey): number {
  const [left, right] = [a.value ?? "", b.value ?? ""];
  if (a.kind === "text" || b.kind === "text") return left < right ? -1 : left > right ? 1 : 0;
  const [less, more] = [parseMoney(left), parseMoney(right)];
  return less < more ? -1 : less > more ? 1 : 0;
}

/** Compares two keys exactly; what is null comes last in either direction. */
function compareKeys(a: SortKey, b: SortKey, descending: boolean): number {
  if (a.value === null || b.value === null) {
    return Number(a.value === null) - Number(b.value === null);
  }
  return descending ? compareKnown(b, a) : compareKnown(a, b);
}

/** Rows in an order; those with the same key stay as they were. */
export function sorted<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => SortKey,
  descending: boolean,
): Row[] {
  return rows.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b), descending));
}

/**
 * The order after a press on a column's head. Amounts begin with the largest, text with A; the third
 * press gives the order of before, which is null.
 */
export function nextSorting(
  before: Sorting | null,
  column: string,
  kind: SortKey["kind"],
): Sorting | null {
  const first = kind === "amount";
  if (before?.column !== column) return { column, descending: first };
  return before.descending === first ? { column, descending: !first } : null;
}
