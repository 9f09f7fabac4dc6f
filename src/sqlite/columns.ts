/** Values of columns. */
import type { SQLOutputValue } from "node:sqlite";

/** The number in a column; null where it holds none. */
export function numberOrNull(value: SQLOutputValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
