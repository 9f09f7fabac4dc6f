/** Reads the list of events from the server: the newest first, older ones and those left out when they are due. */
import type { RecordedEvent } from "../../pnl/event.ts";
import { type Filter, queryOf } from "./filter.ts";
import {
  keptNear,
  type ListState,
  PAGE_SIZE,
  pageOf,
  pagesBetween,
  prepended,
  rowsOf,
  UNKNOWN,
} from "./list_state.ts";

/** Pages kept beyond those in view, on either side. */
const MARGIN_PAGES = 10;
/** The list is no longer than this: a browser cannot show a page of any height, nor a reader read it. */
export const MOST_ROWS = 250_000;

/** A page of `/api/events` with `order=desc`. */
interface Answer {
  readonly items: readonly RecordedEvent[];
  readonly nextBefore: number | null;
}

/** Asks the server for JSON at a path such as `api/events?limit=1`. */
export type Ask = (path: string, signal: AbortSignal) => Promise<Answer>;

function known(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The list for one filter. */
export class EventList {
  readonly #filter: Filter;
  readonly #ask: Ask;
  readonly #listeners = new Set<() => void>();
  #closing = new AbortController();
  #state: ListState = UNKNOWN;
  /** Pages that were left out and are being read again, by their first position. */
  readonly #refilling = new Set<number>();

  constructor(filter: Filter, ask: Ask) {
    this.#filter = filter;
    this.#ask = ask;
  }

  /** What is known now; another object whenever it changes. */
  readonly state = (): ListState => this.#state;

  /** Calls a listener after each change; what it returns ends that. */
  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Position of the newest event; 0 where there is none. */
  get newest(): number {
    return this.#state.pages[0]?.first ?? 0;
  }

  /**
   * Reads the newest page, and forgets the others when it has come; where it does not come they stay.
   *
   * @returns why it did not come; null where it did, or this was closed meanwhile
   */
  async reload(): Promise<Error | null> {
    this.close();
    this.#closing = new AbortController();
    const { signal } = this.#closing;
    this.#change({ phase: "first" });
    try {
      const { items, nextBefore } = await this.#read({}, signal);
      if (signal.aborted) return null;
      const pages = items.length === 0 ? [] : [pageOf(items)];
      this.#change({ pages, phase: "ready", error: null, complete: nextBefore === null });
      return null;
    } catch (error) {
      if (signal.aborted) return null;
      const reason = known(error);
      this.#change({ phase: "ready", error: this.#state.total === 0 ? reason : null });
      return reason;
    }
  }

  /** Reads the next older page; does nothing where one is under way, or there is none. */
  async older(): Promise<void> {
    const { phase, complete, pages, total } = this.#state;
    const last = pages.at(-1)?.last;
    if (phase !== "ready" || complete || last === undefined || total >= MOST_ROWS) return;
    const { signal } = this.#closing;
    this.#change({ phase: "older", error: null });
    try {
      const { items, nextBefore } = await this.#read({ before: last }, signal);
      if (signal.aborted) return;
      const more = items.length === 0 ? [] : [pageOf(items)];
      const complete = nextBefore === null;
      this.#change({ pages: [...this.#state.pages, ...more], phase: "ready", complete });
    } catch (error) {
      if (!signal.aborted) this.#change({ phase: "ready", error: known(error) });
    }
  }

  /** Adds events that were appended, the oldest first. */
  prepend(events: readonly RecordedEvent[]): void {
    const pages = prepended(this.#state.pages, events);
    if (pages !== this.#state.pages) this.#change({ pages });
  }

  /** Rows `from` up to, not with, `to` are in view: reads what was left out of them, leaves others out. */
  look(from: number, to: number): void {
    const pages = keptNear(this.#state.pages, from, to, MARGIN_PAGES);
    if (pages !== this.#state.pages) this.#change({ pages });
    for (const index of pagesBetween(pages, from, to)) {
      const page = pages[index];
      if (page?.events === null) void this.#refill(page.first, page.count);
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort();
    this.#refilling.clear();
  }

  async #refill(first: number, count: number): Promise<void> {
    if (this.#refilling.has(first)) return;
    this.#refilling.add(first);
    const { signal } = this.#closing;
    try {
      const { items } = await this.#read({ before: first + 1, limit: count }, signal);
      if (signal.aborted) return;
      const fill = (page: ListState["pages"][number]) =>
        page.first === first && page.count === items.length ? { ...page, events: items } : page;
      this.#change({ pages: this.#state.pages.map(fill), error: null });
    } catch (error) {
      if (!signal.aborted) this.#change({ error: known(error) });
    } finally {
      this.#refilling.delete(first);
    }
  }

  #read(more: Readonly<Record<string, number>>, signal: AbortSignal): Promise<Answer> {
    const query = queryOf(this.#filter, { order: "desc", limit: PAGE_SIZE, ...more });
    return this.#ask(`api/events?${query}`, signal);
  }

  #change(change: Partial<ListState>): void {
    const pages = change.pages ?? this.#state.pages;
    this.#state = { ...this.#state, ...change, total: rowsOf(pages) };
    for (const listener of [...this.#listeners]) listener();
  }
}
