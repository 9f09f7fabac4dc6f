/** The log as text, a line an event, read only as fast as the client takes it. */
import { MAX_AHEAD_MS } from "../log/candidate.ts";
import { csvHeader, csvLine } from "../log/event_csv.ts";
import type { EventLog, LogLine, ReadOptions } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { yieldTurn } from "../projection/catch_up.ts";

const UTF8 = new TextEncoder();
/** Lines read from the log at a time. */
const PAGE = 256;
/** Positions looked through at a time, where it is each event of them. */
const STEP = 5_000;
/** Others may have their turn after so long, milliseconds. */
const TURN_MS = 4;
/** Bytes that may wait for the client in this process. */
const BUFFERED_BYTES = 64 * 1024;

/** `ndjson`: the lines as they are stored; `csv`: RFC 4180, with a header. */
export type TextFormat = "ndjson" | "csv";

/** Media types of the formats. */
export const TEXT_TYPES = {
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8; header=present",
} as const satisfies Record<TextFormat, string>;

/**
 * Pages of lines up to a position, some of them empty: by a source or a time alone the log is gone through
 * piece by piece, for an index would give all matches, to be sorted for each page anew.
 */
function* pages(
  log: EventLog,
  filters: ReadOptions & { readonly to: number },
  limit: number,
): Generator<readonly LogLine[], void> {
  const down = filters.order === "desc";
  const step = filters.subject === undefined && filters.type === undefined ? STEP : Infinity;
  let { after = 0, to } = filters;
  // Where the bounds have met nothing is read: a range that is empty may not be asked for.
  for (let left = limit; left > 0 && after < to;) {
    const bounds = down
      ? { after: Math.max(after, to - step), to }
      : { after, to: Math.min(to, after + step) };
    const most = Math.min(PAGE, left);
    const lines = log.read({ ...filters, ...bounds, limit: most });
    yield lines;
    left -= lines.length;
    const last = lines.length < most ? undefined : lines.at(-1)?.position;
    if (down) to = last === undefined ? bounds.after : last - 1;
    else after = last ?? bounds.to;
  }
}

/** No event is recorded longer before it happened than the log allows: what is before needs no look. */
function narrowed(filters: ReadOptions): ReadOptions {
  const { timeFrom, recordedFrom = "" } = filters;
  if (timeFrom === undefined) return filters;
  const earliest = new Date(Date.parse(timeFrom) - MAX_AHEAD_MS).toISOString();
  return recordedFrom >= earliest ? filters : { ...filters, recordedFrom: earliest };
}

function* pieces(read: Iterable<readonly LogLine[]>, format: TextFormat): Generator<string, void> {
  if (format === "csv") yield csvHeader();
  for (const lines of read) {
    yield lines.map((line) => format === "csv" ? csvLine(line) : `${line.line}\n`).join("");
  }
}

/**
 * Streams events, up to the head of the log at the time of the call, in small turns: what else is to be
 * answered hardly waits. A client that leaves ends the reading.
 *
 * @param limit how many events at most
 */
export function eventsText(
  log: EventLog,
  filters: ReadOptions,
  limit: number,
  format: TextFormat,
  clock: Clock,
): ReadableStream<Uint8Array> {
  const to = Math.min(filters.to ?? Infinity, log.head().position);
  const text = pieces(pages(log, { ...narrowed(filters), to }, limit), format);
  let left = false;
  let turn = clock.monotonic();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { done, value } = text.next();
        turn = await yieldTurn(clock, turn, TURN_MS);
        if (left) return;
        if (done === true) return controller.close();
        if (value !== "") return controller.enqueue(UTF8.encode(value));
      }
    },
    cancel() {
      left = true;
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }));
}
