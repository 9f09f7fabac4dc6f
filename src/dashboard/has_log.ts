/** Whether questions about the log are answered where the page comes from. */

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** A base with one name for all that this machine calls itself. */
function addressOf({ protocol, hostname, port, pathname }: URL): string {
  return `${protocol}//${LOOPBACK.test(hostname) ? "loopback" : hostname}:${port}${pathname}`;
}

/** What a server says of itself. */
interface Said {
  readonly role: "all" | "edge" | null;
  /** Where the writer listens; null where that is not known. */
  readonly writer: string | null;
}

/**
 * True where the page's server answers them; false where it does not; null where that is not known. An edge
 * has no log. But where it names the writer by the page's own address a proxy stands in front of both, and
 * leads such questions to the writer; and a writer that is named by the loopback is no help to a page that
 * comes from elsewhere, and may stand behind the same proxy.
 *
 * @param base where the page comes from
 */
export function hasLog(
  { role, writer }: Said,
  base: URL,
): boolean | null {
  if (role !== "edge") return role === null ? null : true;
  const named = writer === null ? null : URL.parse(`${writer}/`);
  if (named === null) return null;
  if (addressOf(named) === addressOf(base)) return true;
  return LOOPBACK.test(named.hostname) && !LOOPBACK.test(base.hostname) ? null : false;
}
