import { BUCKET_MS, bucketJson, type BucketResolution, bucketStart } from "./bucket.ts";
import { formatCursor, parseCursor } from "./page_cursor.ts";
import type { HistoryPage, HistoryQuery } from "./projection.ts";
import type { StoreReader } from "./store_reader.ts";

const MAX_LIMIT = 1000;
/** Beyond every time that a Date can hold. */
const FOREVER = 8.64e15 + 1;

/** An item and its own time, which the cursor holds. */
interface Item {
  readonly time: number;
  readonly json: string;
}

/**
 * A page of history from the store, oldest first.
 *
 * `raw` gives the finals whose window ends in [from, to); the other resolutions give the buckets that
 * overlap it, whole. A page is closed when no later append can change it: later finals end at or after
 * the end of the window that is open now.
 *
 * @param openEndMs end of the open window, milliseconds since the epoch; null before the first event
 * @throws {InvalidCursorError}
 * @throws {RangeError} where the limit or a time is none
 */
export function readHistory(
  reader: StoreReader,
  query: HistoryQuery,
  openEndMs: number | null,
): HistoryPage {
  const { resolution, limit, cursor } = query;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new RangeError(`Cannot read a page of ${limit} items: the limit is 1 to ${MAX_LIMIT}`);
  }
  const last = cursor === undefined ? -Infinity : parseCursor(resolution, cursor);
  const from = query.from === undefined ? 0 : milliseconds(query.from);
  const to = query.to === undefined ? FOREVER : milliseconds(query.to);
  const found = resolution === "raw"
    ? finals(reader, Math.max(from, last + 1), to, limit + 1)
    : buckets(reader, resolution, from, last, to, limit + 1);
  const items = found.slice(0, limit);
  const tail = found.length > limit ? items.at(-1) : undefined;
  return {
    items: items.map((item) => item.json),
    nextCursor: tail === undefined ? null : formatCursor(resolution, tail.time),
    // Where another item follows the last one here, none of these is the newest any more.
    closed: tail !== undefined || (openEndMs !== null && to <= firstOpen(resolution, openEndMs)),
  };
}

/** The JSON of a page, as it is delivered. */
export function pageJson({ items, nextCursor }: HistoryPage): string {
  return `{"items":[${items.join(",")}],"nextCursor":${JSON.stringify(nextCursor)}}`;
}

/** The least time that an item which is still to come or to change can have. */
function firstOpen(resolution: HistoryQuery["resolution"], openEndMs: number): number {
  return resolution === "raw" ? openEndMs : bucketStart(resolution, openEndMs);
}

function finals(reader: StoreReader, from: number, to: number, limit: number): Item[] {
  return reader.finalsByEnd(from, to, limit)
    .map(({ windowEnd, json }) => ({ time: windowEnd, json }));
}

function buckets(
  reader: StoreReader,
  resolution: BucketResolution,
  from: number,
  last: number,
  to: number,
  limit: number,
): Item[] {
  const start = Math.max(
    Math.floor(from / BUCKET_MS[resolution]) * BUCKET_MS[resolution],
    last + 1,
  );
  return reader.buckets(resolution, start, to, limit)
    .map((row) => ({ time: row.start, json: bucketJson(row, row.last) }));
}

function milliseconds(time: string): number {
  const value = Date.parse(time);
  if (Number.isNaN(value)) throw new RangeError(`Cannot read ${JSON.stringify(time)} as a time`);
  return value;
}
