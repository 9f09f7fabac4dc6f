/** A table as CSV. */
import { csvCell } from "../../pnl/csv_cell.ts";

/** Rows, the header first, as CSV with a line break after each. */
export function csvText(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}
