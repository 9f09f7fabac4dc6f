/** The list of events of a filter in a component. */
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { request, requestJson } from "../api.ts";
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

/** A position that the log has for sure; one of an earlier visit may be of another log. */
function headKnown(): number {
  const { status, snapshot } = store.getState();
  return status === "stored" ? 0 : snapshot?.position ?? 0;
}

/** Follows the events of a filter while the component is shown, and the page is seen. */
export function useEventFeed(filter: Filter): UsedFeed {
  const key = queryOf(filter);
  const feed = useMemo(
    () => new EventFeed({ filter, ask: requestJson, open: request }),
    [key],
  );
  const state = useSyncExternalStore(feed.subscribe, feed.state);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" ? feed.wake() : feed.sleep();
    void feed.start(headKnown()).then(() => {
      if (document.visibilityState !== "visible") feed.sleep();
    });
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      feed.stop();
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
