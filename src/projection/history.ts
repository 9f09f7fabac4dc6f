import { BUCKET_MS, bucketJson, type BucketResolution, bucketStart } from "./bucket.ts";
import { formatCursor, parseCursor } from "./page_cursor.ts";
import type { HistoryPage, HistoryQuery, Resolution } from "./projection.ts";
import type { StoreReader } from "./store_reader.ts";

const MAX_LIMIT = 2_000;
/** Beyond every time that a Date can hold. */
const FOREVER = 8.64e15 + 1;
/** From the finest to the coarsest. */
const RESOLUTIONS: readonly Resolution[] = ["raw", "1m", "1h", "1d"];

/** An item and its own time, which the cursor holds. */
interface Item {
  readonly time: number;
  readonly json: string;
}

/** A range in milliseconds since the epoch: at or after `from`, before `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
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
  const { limit, cursor } = query;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new RangeError(`Cannot read a page of ${limit} items: the limit is 1 to ${MAX_LIMIT}`);
  }
  const last = cursor === undefined ? -Infinity : parseCursor(query.resolution, cursor);
  const range = {
    from: query.from === undefined ? 0 : milliseconds(query.from),
    to: query.to === undefined ? FOREVER : milliseconds(query.to),
  };
  const auto = query.resolution === "auto";
  const resolution = query.resolution === "auto" ? finest(reader, range, limit) : query.resolution;
  const found = resolution === "raw"
    ? finals(reader, Math.max(range.from, last + 1), range.to, limit + 1)
    : buckets(reader, resolution, range, last, limit + 1);
  const items = found.slice(0, limit);
  const tail = found.length > limit ? items.at(-1) : undefined;
  const first = firstOf(reader, resolution);
  // What is chosen may be another where items are added at any resolution.
  const settled = openEndMs !== null && range.to <= firstOpen(auto ? "1d" : resolution, openEndMs);
  return {
    resolution,
    first: first === null ? null : new Date(first).toISOString(),
    items: items.map((item) => item.json),
    nextCursor: tail === undefined ? null : formatCursor(resolution, tail.time),
    // Where another item follows the last one here, none of these is the newest any more.
    closed: first !== null && (settled || (tail !== undefined && !auto)),
  };
}

/** The finest resolution of which a range has at most so many items; the coarsest where none has. */
function finest(reader: StoreReader, { from, to }: Range, most: number): Resolution {
  return RESOLUTIONS.find((resolution) => {
    const count = resolution === "raw"
      ? reader.countFinalsByEnd(from, to, most + 1)
      : reader.countBucketsFrom(resolution, aligned(resolution, from), to, most + 1);
    return count <= most;
  }) ?? "1d";
}

function firstOf(reader: StoreReader, resolution: Resolution): number | null {
  return resolution === "raw" ? reader.firstWindow() : reader.firstBucket(resolution);
}

/** The JSON of a page, as it is delivered. */
export function pageJson({ resolution, first, items, nextCursor }: HistoryPage): string {
  const rest = JSON.stringify({ nextCursor, resolution, first });
  return `{"items":[${items.join(",")}],${rest.slice(1)}`;
}

/** The least time that an item which is still to come or to change can have. */
function firstOpen(resolution: Resolution, openEndMs: number): number {
  return resolution === "raw" ? openEndMs : bucketStart(resolution, openEndMs);
}

function finals(reader: StoreReader, from: number, to: number, limit: number): Item[] {
  return reader.finalsByEnd(from, to, limit)
    .map(({ windowEnd, json }) => ({ time: windowEnd, json }));
}

function buckets(
  reader: StoreReader,
  resolution: BucketResolution,
  { from, to }: Range,
  last: number,
  limit: number,
): Item[] {
  const start = Math.max(aligned(resolution, from), last + 1);
  return reader.buckets(resolution, start, to, limit)
    .map((row) => ({ time: row.start, json: bucketJson(row, row.last) }));
}

/** Start of the bucket that a time lies in. */
function aligned(resolution: BucketResolution, ms: number): number {
  return Math.floor(ms / BUCKET_MS[resolution]) * BUCKET_MS[resolution];
}

function milliseconds(time: string): number {
  const value = Date.parse(time);
  if (Number.isNaN(value)) throw new RangeError(`Cannot read ${JSON.stringify(time)} as a time`);
  return value;
}
