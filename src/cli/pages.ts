/** Reads a log from one end to the other in pages. */
import type { EventLog, LogLine } from "../log/event_log.ts";
import type { Filters } from "./filters.ts";

const PAGE = 1_000;

/** The lines that pass the filters, in order of position, page by page. */
export function* pages(log: EventLog, { read, limit }: Filters): Generator<readonly LogLine[]> {
  let after = read.after ?? 0;
  for (let left = limit; left > 0;) {
    const page = log.read({ ...read, after, limit: Math.min(PAGE, left) });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    left -= page.length;
    after = last.position;
  }
}
