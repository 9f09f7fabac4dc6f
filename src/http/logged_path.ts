/** What of a request's address may be written down. */

/** More is cut off, characters. */
const MOST = 200;
/** Where a query begins, or would if it were not encoded: a ticket may stand in it. */
const QUERY = /[?;&#]|%3f|%3b|%26|%23/i;
/** What may be a ticket, a session or a key that was put into the path: no route has names so long. */
const LONG = /[\w.~+=-]{32,}/g;

/** The path in a URL, without what may be secret. */
export function loggedPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const rest = url.slice(start);
  const end = rest.search(QUERY);
  return (end < 0 ? rest : rest.slice(0, end)).slice(0, MOST).replace(LONG, "…");
}
