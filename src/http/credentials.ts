/** What a request shows of who sends it. */
import type { Context } from "hono";
import type { Credential } from "../access/access.ts";
import type { AppDeps } from "./deps.ts";
import { type AddressDeps, isFromAllowedPage, isSecure, peerOf } from "./page_origins.ts";

const BEARER = /^Bearer +([\x21-\x7e]{1,300})$/i;

/** Who a client is for the limits by address; null where it is not limited by it. */
export function clientAddress(
  c: Context,
  { trustedProxies }: Pick<AppDeps, "trustedProxies">,
): string | null {
  return trustedProxies.client(peerOf(c), c.req.raw.headers.get("x-forwarded-for"));
}

/**
 * The cookie of sessions. Over https its name binds it to this very host (`__Host-`): no other host of
 * the domain can have planted it.
 */
export function sessionCookie(
  c: Context,
  deps: AddressDeps,
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
function isOwnPage(c: Context, deps: AddressDeps): boolean {
  const site = c.req.raw.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  return isFromAllowedPage(c, deps, []);
}

/** The session of a request; null without one, and where it is not to count. */
export function sessionToken(
  c: Context,
  deps: AddressDeps & Pick<AppDeps, "allowedOrigins">,
): string | null {
  const { headers } = c.req.raw;
  const cookies = headers.get("cookie");
  if (cookies === null) return null;
  // A page can open a WebSocket to any host, and its cookies go with it: it has to say where it is from.
  const mayCount = headers.has("upgrade")
    ? headers.has("origin") && isFromAllowedPage(c, deps, deps.allowedOrigins)
    : isOwnPage(c, deps);
  if (!mayCount) return null;
  const prefix = `${sessionCookie(c, deps).name}=`;
  const pair = cookies.slice(0, 8_192).split(";").map((part) => part.trim())
    .find((part) => part.startsWith(prefix));
  return pair?.slice(prefix.length) ?? null;
}

/** What a request shows; null where it shows nothing. A key in the header wins over a cookie. */
export function credentialOf(
  c: Context,
  deps: AddressDeps & Pick<AppDeps, "allowedOrigins">,
): Credential | null {
  const text = BEARER.exec(c.req.raw.headers.get("authorization") ?? "")?.[1];
  if (text !== undefined) return { kind: "key", text };
  const token = sessionToken(c, deps);
  return token === null ? null : { kind: "session", token };
}
