/** The list of events, newest first, as pages of which only those near the reader's eye are kept. */
import type { RecordedEvent } from "../../pnl/event.ts";
import { positionOf } from "./catalogue.ts";

/** Events of one request. */
export const PAGE_SIZE = 100;

/** A page. The log is append-only: what was left out is read again, and is the same. */
export interface Page {
  /** Position of its newest event. */
  readonly first: number;
  /** Position of its oldest event. */
  readonly last: number;
  readonly count: number;
  /** Null where they were left out. */
  readonly events: readonly RecordedEvent[] | null;
}

/** What is known of the list. */
export interface ListState {
  readonly pages: readonly Page[];
  /** Rows of all pages. */
  readonly total: number;
  /** `first`: nothing was answered yet; `older`: more is asked for; `ready`: nothing is under way. */
  readonly phase: "first" | "older" | "ready";
  /** Why the last request failed; null where it did not. */
  readonly error: Error | null;
  /** Nothing older is there. */
  readonly complete: boolean;
}

/** A list of which nothing is known. */
export const UNKNOWN: ListState = {
  pages: [],
  total: 0,
  phase: "first",
  error: null,
  complete: false,
};

/** A page of events, which are not none. */
export function pageOf(events: readonly RecordedEvent[]): Page {
  const [newest, oldest] = [events[0], events.at(-1)];
  if (newest === undefined || oldest === undefined) throw new RangeError("A page has no events");
  return { first: positionOf(newest), last: positionOf(oldest), count: events.length, events };
}

/**
 * The pages with events that came before them, given the oldest first. What is there already is left out.
 */
export function prepended(
  pages: readonly Page[],
  events: readonly RecordedEvent[],
): readonly Page[] {
  const known = pages[0]?.first ?? 0;
  const news = events.filter((event) => positionOf(event) > known).reverse();
  let result = pages;
  for (let end = news.length; end > 0;) {
    const [head] = result;
    const joins = head !== undefined && head.events !== null && head.count < PAGE_SIZE;
    const room = joins ? PAGE_SIZE - head.count : PAGE_SIZE;
    const piece = news.slice(Math.max(0, end - room), end);
    end -= piece.length;
    result = joins
      ? [pageOf([...piece, ...head.events ?? []]), ...result.slice(1)]
      : [pageOf(piece), ...result];
  }
  return result;
}

/** The pages with rows `from` up to, not with, `to`; their indices. */
export function pagesBetween(pages: readonly Page[], from: number, to: number): number[] {
  const found: number[] = [];
  let row = 0;
  for (const [index, { count }] of pages.entries()) {
    if (row < to && row + count > from) found.push(index);
    row += count;
  }
  return found;
}

/** The pages, those without the events that are further than `margin` pages from `from` to `to`. */
export function keptNear(
  pages: readonly Page[],
  from: number,
  to: number,
  margin: number,
): readonly Page[] {
  const near = pagesBetween(pages, from, to);
  const first = (near[0] ?? 0) - margin;
  const last = (near.at(-1) ?? 0) + margin;
  const isFar = (index: number) => index < first || index > last;
  if (!pages.some(({ events }, index) => events !== null && isFar(index))) return pages;
  return pages.map((page, index) => isFar(index) ? { ...page, events: null } : page);
}

/** Number of rows of some pages. */
export function rowsOf(pages: readonly Page[]): number {
  return pages.reduce((sum, { count }) => sum + count, 0);
}

/** The event of a row; null where it was left out, or there is no such row. */
export function eventAt(pages: readonly Page[], row: number): RecordedEvent | null {
  let left = row;
  for (const { count, events } of pages) {
    if (left < count) return events?.[left] ?? null;
    left -= count;
  }
  return null;
}
