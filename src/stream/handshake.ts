/** What a WebSocket handshake must be before it is upgraded; the runtime is more lenient. */

/** Why a handshake is refused. */
export type Refusal =
  /** No upgrade was asked for, or another version of the protocol. */
  | "upgrade_required"
  /** `Connection` does not name the upgrade. */
  | "bad_connection"
  /** The key is none. */
  | "bad_key"
  /** The page that asks is of another origin than the server, and not of those allowed. */
  | "origin";

/** `Connection` is a list of words, as `keep-alive, Upgrade`. */
const CONNECTION = /(?:^|,)[ \t]*upgrade[ \t]*(?:,|$)/i;
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** From which pages a request may come. */
export interface PageOrigins {
  /** The server's own, as it was reached; null where that cannot be told. */
  readonly own: string | null;
  /** Exact origins (scheme, host and port) allowed beside the server's own. */
  readonly allowed: readonly string[];
}

/**
 * Checks a handshake.
 *
 * @param origins from which pages it may come
 * @returns why it is refused, or null
 */
export function refuseHandshake(headers: Headers, origins: PageOrigins): Refusal | null {
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") return "upgrade_required";
  if (headers.get("sec-websocket-version") !== "13") return "upgrade_required";
  if (!CONNECTION.test(headers.get("connection") ?? "")) return "bad_connection";
  if (!KEY.test(headers.get("sec-websocket-key") ?? "")) return "bad_key";
  return originAllowed(headers, origins) ? null : "origin";
}

/**
 * True where a request comes from a page of this server, of an allowed origin, or from no page at all:
 * a client that is no browser sends no `Origin`. A page over http is none of a server that is reached over
 * https: whoever is between can have written it.
 */
export function originAllowed(headers: Headers, { own, allowed }: PageOrigins): boolean {
  const origin = headers.get("origin");
  return origin === null || origin === own || allowed.includes(origin);
}
