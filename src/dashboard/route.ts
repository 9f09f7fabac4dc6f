/** Routes of the dashboard: a view and its parameters in the fragment, so that every state can be linked to. */
import { useSyncExternalStore } from "react";

/** The views, in the order of the navigation. */
export const VIEWS = ["now", "curve", "breakdown", "sources", "events"] as const;

/** A view of the navigation, or `explain`: how one number came about. */
export type ViewName = (typeof VIEWS)[number] | "explain";

/** Where the reader is: `#/<view>/<item>?<params>`. */
export interface Route {
  readonly view: ViewName;
  /** What of the view: a metric of `explain`, a position of `events`; null for the view itself. */
  readonly item: string | null;
  readonly params: ReadonlyMap<string, string>;
}

function isView(name: string): name is ViewName {
  return name === "explain" || (VIEWS as readonly string[]).includes(name);
}

/** Reads a fragment; what names no view is `now`. */
export function parseRoute(fragment: string): Route {
  const [path = "", ...rest] = fragment.replace(/^#?\/?/, "").split("?");
  // A link written by hand may have a raw one in a value.
  const query = rest.join("?");
  const [view = "", item] = path.split("/", 2);
  if (!isView(view)) return { view: "now", item: null, params: new Map() };
  const params = new Map(new URLSearchParams(query));
  return { view, item: item === undefined || item === "" ? null : decode(item), params };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The fragment of a route. Parameters that are null or empty are left out. */
export function hrefOf(
  view: ViewName,
  item: string | null = null,
  params: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, value);
  }
  const path = item === null ? view : `${view}/${encodeURIComponent(item)}`;
  return query.size === 0 ? `#/${path}` : `#/${path}?${query}`;
}

let last: { readonly fragment: string; readonly route: Route } | null = null;

function current(): Route {
  const { hash } = location;
  if (last?.fragment !== hash) last = { fragment: hash, route: parseRoute(hash) };
  return last.route;
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

/** The route that is shown; the component is rendered again when it changes. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}

/** Goes to a route. `replace` leaves no step behind to go back to, as for a filter that is being typed. */
export function goTo(href: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace !== true) {
    location.hash = href;
    return;
  }
  history.replaceState(null, "", href);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
