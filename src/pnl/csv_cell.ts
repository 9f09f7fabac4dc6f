/** A cell of CSV (RFC 4180) that no spreadsheet takes for a formula. */

const NUMBER = /^-?\d+(\.\d+)?$/;
/** A spreadsheet takes a cell that begins so for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** One cell: guarded against being taken for a formula, quoted where it has to be. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
