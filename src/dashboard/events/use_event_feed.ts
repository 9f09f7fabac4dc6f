/** The list of events of a filter in a component. */
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { request, requestJson } from "../api.ts";
import { parseRoute } from "../route.ts";
import { store } from "../session.ts";
import { EventFeed, type FeedState } from "./event_feed.ts";
import { type Filter, queryOf } from "./filter.ts";

/** A feed, and what it shows. */
export interface UsedFeed {
  readonly feed: EventFeed;
  readonly state: FeedState;
  /** The rows are those of the filter before, until the first answer comes. */
  readonly isOld: boolean;
  readonly restart: () => void;
}

/** How long a list is kept for a reader who looks at one of its events, milliseconds. */
const KEPT_MS = 10 * 60_000;

/** The list that was left last, and how far it was scrolled. */
let left: {
  readonly key: string;
  readonly feed: EventFeed;
  readonly scrolled: number;
  readonly at: number;
} | null = null;

/** Takes the list that was left back, where it is the same. */
function takeLeft(key: string): { readonly feed: EventFeed; readonly scrolled: number } | null {
  const found = left;
  left = null;
  if (found === null) return null;
  if (found.key === key && performance.now() - found.at < KEPT_MS) return found;
  found.feed.stop();
  return null;
}

/** A reader who goes to an event comes back to where the list was. */
function leave(key: string, feed: EventFeed, scrolled: number): void {
  left?.feed.stop();
  left = null;
  const { view, item } = parseRoute(location.hash);
  if (view !== "events" || item === null) return feed.stop();
  feed.sleep();
  left = { key, feed, scrolled, at: performance.now() };
}

/** A position that the log has for sure; one of an earlier visit may be of another log. */
function headKnown(): number {
  const { status, snapshot } = store.getState();
  return status === "stored" ? 0 : snapshot?.position ?? 0;
}

/** Follows the events of a filter while the component is shown, and the page is seen. */
export function useEventFeed(filter: Filter): UsedFeed {
  const key = queryOf(filter);
  const { feed, scrolled } = useMemo(
    () =>
      takeLeft(key) ??
        { feed: new EventFeed({ filter, ask: requestJson, open: request }), scrolled: null },
    [key],
  );
  const state = useSyncExternalStore(feed.subscribe, feed.state);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" ? feed.wake() : feed.sleep();
    let isShown = true;
    const begin = async () => {
      if (scrolled === null) await feed.start(headKnown());
      // After the page has gone to its top, as with every view.
      else requestAnimationFrame(() => scrollTo({ top: scrolled }));
      if (isShown) look();
    };
    void begin();
    document.addEventListener("visibilitychange", look);
    let top = scrollY;
    const onScroll = () => top = scrollY;
    addEventListener("scroll", onScroll, { passive: true });
    return () => {
      isShown = false;
      document.removeEventListener("visibilitychange", look);
      removeEventListener("scroll", onScroll);
      leave(key, feed, top);
    };
  }, [feed]);
  const before = useRef(state.list);
  const isOld = state.list.phase === "first" && state.list.total === 0 && before.current.total > 0;
  useEffect(() => {
    if (state.list.phase !== "first") before.current = state.list;
  }, [state.list]);
  return {
    feed,
    state: isOld ? { ...state, list: { ...before.current, phase: "first" } } : state,
    isOld,
    restart: () => void feed.start(headKnown()),
  };
}
