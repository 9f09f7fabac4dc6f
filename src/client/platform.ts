/** What a platform may have or not; types of pages are not those of the runtime that checks this file. */

/** Web Locks, as far as they are used. */
export interface Locks {
  /** Holds the lock until the callback's promise is settled; rejects where it is given up or taken. */
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    callback: () => Promise<void>,
  ): Promise<void>;
}

/** A page's document, as far as it is used. */
export type PageDocument = EventTarget & { readonly visibilityState: string };

function navigatorMember(name: string): unknown {
  return "navigator" in globalThis ? Reflect.get(navigator, name) : undefined;
}

function isLocks(value: unknown): value is Locks {
  return typeof value === "object" && value !== null && "request" in value;
}

function isDocument(value: unknown): value is PageDocument {
  return value instanceof EventTarget && "visibilityState" in value;
}

/** The document; null where this is no page. */
export function pageDocument(): PageDocument | null {
  const found: unknown = Reflect.get(globalThis, "document");
  return isDocument(found) ? found : null;
}

/** False where there are no channels, or this page may not use them. */
function hasChannels(): boolean {
  try {
    new BroadcastChannel("pnl-stream").close();
    return true;
  } catch {
    return false;
  }
}

/** The locks that the tabs of a browser share; null where there are none, or tabs cannot talk. */
export function tabLocks(): Locks | null {
  const found = navigatorMember("locks");
  return pageDocument() !== null && isLocks(found) && hasChannels() ? found : null;
}

/** False where the platform knows that there is no network. */
export function isOnline(): boolean {
  return navigatorMember("onLine") !== false;
}
