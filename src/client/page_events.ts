/** What a page's life means for a connection. Where there is no page, nothing happens. */
import { pageDocument } from "./platform.ts";

/** Told of a page's life. */
export interface PageListener {
  /** The page is seen again, or the network came or went: timers may have stood still. */
  woke(): void;
  /** The page is put away, and may never come back. */
  asleep(): void;
  /** The page is back after it was put away. */
  back(): void;
}

/** Says of what events a page's life consists: where they happen, what they are called. */
const EVENTS: readonly (readonly [target: "window" | "document", name: string])[] = [
  ["window", "online"],
  ["window", "offline"],
  ["window", "pageshow"],
  ["window", "pagehide"],
  ["document", "visibilitychange"],
  ["document", "freeze"],
  ["document", "resume"],
];

function dispatch(name: string, listener: PageListener): void {
  switch (name) {
    case "freeze":
    case "pagehide":
      return listener.asleep();
    case "resume":
    case "pageshow":
      return listener.back();
    case "visibilitychange":
      if (pageDocument()?.visibilityState === "visible") listener.woke();
      return;
    default:
      listener.woke();
  }
}

/**
 * Listens to the page's life.
 *
 * @returns ends it
 */
export function listenToPage(listener: PageListener): () => void {
  const page = pageDocument();
  if (page === null) return () => {};
  const stop = new AbortController();
  for (const [target, name] of EVENTS) {
    const at = target === "window" ? globalThis : page;
    at.addEventListener(name, () => dispatch(name, listener), { signal: stop.signal });
  }
  return () => stop.abort();
}
