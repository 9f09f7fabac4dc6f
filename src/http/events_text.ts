/** The log as text, a line an event, read only as fast as the client takes it. */
import { csvHeader, csvLine } from "../log/event_csv.ts";
import type { EventLog, LogLine, ReadOptions } from "../log/event_log.ts";

const UTF8 = new TextEncoder();
/** Lines read from the log at a time. */
const PAGE = 256;
/** Bytes that may wait for the client in this process. */
const BUFFERED_BYTES = 64 * 1024;

/** `ndjson`: the lines as they are stored; `csv`: RFC 4180, with a header. */
export type TextFormat = "ndjson" | "csv";

/** Media types of the formats. */
export const TEXT_TYPES = {
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8; header=present",
} as const satisfies Record<TextFormat, string>;

/** Pages of lines up to a position. */
function* pages(
  log: EventLog,
  filters: ReadOptions & { readonly to: number },
  limit: number,
): Generator<LogLine[]> {
  let bounds = { after: filters.after ?? 0, to: filters.to };
  // Where the bounds have met nothing is read: a range that is empty may not be asked for.
  for (let left = limit; left > 0 && bounds.after < bounds.to;) {
    const lines = log.read({ ...filters, ...bounds, limit: Math.min(PAGE, left) });
    const last = lines.at(-1);
    if (last === undefined) return;
    yield lines;
    left -= lines.length;
    bounds = filters.order === "desc"
      ? { ...bounds, to: last.position - 1 }
      : { ...bounds, after: last.position };
  }
}

function* pieces(read: Iterable<readonly LogLine[]>, format: TextFormat): Generator<string, void> {
  if (format === "csv") yield csvHeader();
  for (const lines of read) {
    yield lines.map((line) => format === "csv" ? csvLine(line) : `${line.line}\n`).join("");
  }
}

/**
 * Streams events, up to the head of the log at the time of the call. A client that leaves ends the reading.
 *
 * @param limit how many events at most
 */
export function eventsText(
  log: EventLog,
  filters: ReadOptions,
  limit: number,
  format: TextFormat,
): ReadableStream<Uint8Array> {
  const to = Math.min(filters.to ?? Infinity, log.head().position);
  const text = pieces(pages(log, { ...filters, to }, limit), format);
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = text.next();
      if (done === true) controller.close();
      else controller.enqueue(UTF8.encode(value));
    },
    cancel() {
      text.return();
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }));
}
