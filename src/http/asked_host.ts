/** Which host a request is for. */

const HOST = /^[A-Za-z0-9._-]+(?::\d{0,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{0,5})?$/;

/**
 * The host that a request names, and its port where that is said. With HTTP/2, and where a client of
 * HTTP/1.0 names none, it stands in the address.
 */
export function askedHost({ headers, url }: Request): string {
  return headers.get("host") ?? new URL(url).host;
}

/** The address of a host, as it is reached by a protocol; null where it is no host. */
export function addressOf(host: string, protocol: "http:" | "https:"): URL | null {
  return HOST.test(host) ? URL.parse(`${protocol}//${host}`) : null;
}
