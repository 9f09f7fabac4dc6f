/** The export as a journal of double-entry bookkeeping. */
import type { EventLog } from "../log/event_log.ts";
import { Journal } from "../pnl/journal.ts";
import { journalEnd, journalHeader, journalText } from "../pnl/journal_text.ts";
import type { Filters } from "./filters.ts";
import { pages } from "./pages.ts";

const EVERYTHING: Filters = { read: {}, limit: Number.MAX_SAFE_INTEGER };

/** The positions that pass the filters, in order. */
function* positions(log: EventLog, filters: Filters): Generator<number> {
  for (const page of pages(log, filters)) for (const { position } of page) yield position;
}

/**
 * The journal in pieces of text. Filters choose entries; what an entry moves follows from all events
 * before it, so the log is always folded from its beginning.
 */
export function* ledgerPieces(log: EventLog, filters: Filters): Generator<string> {
  yield journalHeader();
  const journal = new Journal();
  const chosen = positions(log, filters);
  let next = chosen.next();
  let [last, isWhole] = [0, true];
  for (const page of pages(log, EVERYTHING)) {
    let text = "";
    for (const { position, line } of page) {
      if (next.done) break;
      const booked = journal.book(JSON.parse(line), position);
      last = position;
      if (position !== next.value) {
        isWhole = false;
        continue;
      }
      if (booked !== null) text += journalText(booked);
      next = chosen.next();
    }
    if (text !== "") yield text;
    if (next.done) break;
  }
  if (isWhole) yield journalEnd(journal.lastDate, last, journal.balances);
}
