/** The tables of documents, as the tests that hold them to the code read them. */
import assert from "node:assert/strict";
import { documents, proseOf } from "./documents.ts";
import type { SourceFile } from "./source_files.ts";

/** A table of a document. */
export interface Table {
  /** The heading that it stands under, without `#` and backticks; empty before the first. */
  readonly heading: string;
  /** The cells of its head. */
  readonly head: readonly string[];
  /** The cells of its rows. */
  readonly rows: readonly (readonly string[])[];
}

const cellsOf = (line: string) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim());

/** The tables of a document, from top to bottom. */
export function tablesOf(document: SourceFile): Table[] {
  const tables: (Table & { rows: string[][] })[] = [];
  let heading = "";
  let open: (Table & { rows: string[][] }) | null = null;
  for (const line of proseOf(document).split("\n")) {
    if (line.startsWith("#")) heading = line.replace(/^#+ |`/g, "");
    if (!/^\|.*\|$/.test(line)) {
      open = null;
    } else if (open === null) {
      open = { heading, head: cellsOf(line), rows: [] };
      tables.push(open);
    } else if (!/^[|\s:-]+$/.test(line)) {
      open.rows.push(cellsOf(line));
    }
  }
  return tables;
}

/**
 * The rows of the one table under a heading whose head begins with a word.
 *
 * @param first the first cell of its head
 */
export function rowsOf(path: string, heading: string, first: string): Table["rows"] {
  const document = documents().find((each) => each.path === path);
  assert.ok(document !== undefined, `${path} is there`);
  const [table, ...more] = tablesOf(document)
    .filter((each) => each.heading === heading && each.head[0] === first);
  assert.ok(table !== undefined && more.length === 0, `${path} has one of ${first} at ${heading}`);
  return table.rows;
}

/** What stands in backticks in a cell. */
export function namesIn(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}
