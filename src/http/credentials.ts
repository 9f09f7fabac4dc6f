/** What a request shows of who sends it. */
import type { Context } from "hono";
import type { Credential } from "../access/access.ts";
import { originAllowed } from "../stream/handshake.ts";
import type { AppDeps } from "./deps.ts";

/** What the listener gives with a request. */
interface Bindings {
  readonly remoteAddr?: Deno.Addr;
}

const BEARER = /^Bearer +([\x21-\x7e]{1,300})$/i;

/** The address that is connected; null where that is not known. */
function peerOf(c: Context): string | null {
  const { remoteAddr }: Bindings = c.env ?? {};
  return remoteAddr !== undefined && "hostname" in remoteAddr ? remoteAddr.hostname : null;
}

/** Who a client is for the limits by address; null where it is not limited by it. */
export function clientAddress(
  c: Context,
  { trustedProxies }: Pick<AppDeps, "trustedProxies">,
): string | null {
  return trustedProxies.client(peerOf(c), c.req.raw.headers.get("x-forwarded-for"));
}

/** True where the client came over https, as a trusted proxy says, or the server's public address. */
function isSecure(c: Context, deps: Pick<AppDeps, "trustedProxies" | "publicUrl">): boolean {
  const { headers } = c.req.raw;
  const proto = headers.get("x-forwarded-proto")?.split(",", 1)[0]?.trim().toLowerCase();
  if (proto !== undefined && deps.trustedProxies.trusts(peerOf(c))) return proto === "https";
  const url = deps.publicUrl === null ? null : new URL(deps.publicUrl);
  return url?.protocol === "https:" && url.host === headers.get("host")?.toLowerCase();
}

/**
 * The cookie of sessions. Over https its name binds it to this very host (`__Host-`): no other host of
 * the domain can have planted it.
 */
export function sessionCookie(
  c: Context,
  deps: Pick<AppDeps, "trustedProxies" | "publicUrl">,
): { readonly name: string; readonly attributes: string } {
  const common = "Path=/; HttpOnly; SameSite=Strict";
  return isSecure(c, deps)
    ? { name: "__Host-pnl", attributes: `${common}; Secure` }
    : { name: "pnl", attributes: common };
}

/**
 * True where a request comes from a page of this very server, or from no page. Other ports of this host
 * and other hosts of its domain get the cookie sent along, SameSite or not.
 */
function isOwnPage(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  return originAllowed(headers, []);
}

/** The session of a request; null without one, and where it is not to count. */
export function sessionToken(
  c: Context,
  deps: Pick<AppDeps, "trustedProxies" | "publicUrl" | "allowedOrigins">,
): string | null {
  const { headers } = c.req.raw;
  const cookies = headers.get("cookie");
  if (cookies === null) return null;
  // A page can open a WebSocket to any host, and its cookies go with it: it has to say where it is from.
  const mayCount = headers.has("upgrade")
    ? headers.has("origin") && originAllowed(headers, deps.allowedOrigins)
    : isOwnPage(headers);
  if (!mayCount) return null;
  const prefix = `${sessionCookie(c, deps).name}=`;
  const pair = cookies.slice(0, 8_192).split(";").map((part) => part.trim())
    .find((part) => part.startsWith(prefix));
  return pair?.slice(prefix.length) ?? null;
}

/** What a request shows; null where it shows nothing. A key in the header wins over a cookie. */
export function credentialOf(
  c: Context,
  deps: Pick<AppDeps, "trustedProxies" | "publicUrl" | "allowedOrigins">,
): Credential | null {
  const text = BEARER.exec(c.req.raw.headers.get("authorization") ?? "")?.[1];
  if (text !== undefined) return { kind: "key", text };
  const token = sessionToken(c, deps);
  return token === null ? null : { kind: "session", token };
}
