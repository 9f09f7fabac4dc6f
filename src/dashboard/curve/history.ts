/** History of net P&L from the server, page by page. */
import { requestJson } from "../api.ts";
import { belongsInHistory } from "../../pnl/belongs_in_history.ts";
import type { Snapshot } from "../../pnl/snapshot_schema.ts";
import { type Grid } from "./grid.ts";
import { type BucketItem, bucketPoint, type Point, snapshotPoint } from "./point.ts";
import type { Span } from "./range.ts";
import { placed } from "./shown.ts";

/** Items of a page. Snapshots are long: fewer of them, so that no page is a long task to read. */
const PAGE = { raw: 250, "1m": 1_000, "1h": 1_000, "1d": 1_000 } as const;
/** More pages than any curve has: the days of 30 years. */
const MOST_PAGES = 12;

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** The items of a page as points; what is no figure of a curve is left out. */
async function readPage(grid: Grid, query: string, signal: AbortSignal) {
  const path = `api/pnl/history?${query}`;
  if (grid.resolution === "raw") {
    const { items, nextCursor } = await requestJson<Page<Snapshot>>(path, signal);
    return { points: items.filter(belongsInHistory).map(snapshotPoint), nextCursor };
  }
  const { items, nextCursor } = await requestJson<Page<BucketItem>>(path, signal);
  return { points: items.map(bucketPoint), nextCursor };
}

/**
 * The points of a span, each in its place of the grid.
 *
 * @throws {ApiError}
 * @throws the signal's reason
 */
export async function loadPoints(span: Span, grid: Grid, signal: AbortSignal): Promise<Point[]> {
  const points: Point[] = [];
  const { resolution, origin, itemMs } = grid;
  // The window that is open now ends after it.
  const to = new Date(span.to + itemMs).toISOString();
  const from = new Date(origin).toISOString();
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ resolution, from, to, limit: String(PAGE[resolution]) });
    if (cursor !== null) query.set("cursor", cursor);
    const answer: { points: Point[]; nextCursor: string | null } = await readPage(
      grid,
      query.toString(),
      signal,
    );
    points.push(...answer.points);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return placed(points, grid);
}

/**
 * From when history exists, in milliseconds since the epoch; null where it does not.
 *
 * @throws {ApiError}
 */
export async function firstKnown(signal: AbortSignal): Promise<number | null> {
  const path = "api/pnl/history?resolution=1m&limit=1";
  const { items } = await requestJson<Page<BucketItem>>(path, signal);
  const start = items[0]?.start;
  return start === undefined ? null : Date.parse(start);
}
