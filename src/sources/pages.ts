/** Walking an upstream's pages without trusting it to end. */
import { UpstreamError } from "./source.ts";

/** A page: its rows, and the mark of the next one; null at the end. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/**
 * Reads page after page.
 *
 * @param what names the list in errors, such as `/portfolio/fills`
 * @param read reads the page at a mark; null is the first
 * @param maxPages more than this is an error
 * @throws {UpstreamError} malformed, where a mark comes twice or the pages do not end
 */
export async function* pages<Row>(
  what: string,
  read: (mark: string | null) => Promise<Page<Row>>,
  maxPages: number,
): AsyncGenerator<readonly Row[]> {
  const seen = new Set<string>();
  let mark: string | null = null;
  for (let count = 0; count < maxPages; count++) {
    const page: Page<Row> = await read(mark);
    yield page.rows;
    if (page.next === null) return;
    if (seen.has(page.next)) {
      throw new UpstreamError("malformed", `${what} gave the same cursor twice`, {
        path: "cursor",
        page: count + 1,
      });
    }
    seen.add(page.next);
    mark = page.next;
  }
  throw new UpstreamError("malformed", `${what} did not end within ${maxPages} pages`, {
    path: "cursor",
    pages: maxPages,
  });
}
