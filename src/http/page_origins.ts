/** From which pages a request may come, and whether it came over https. */
import type { Context } from "hono";
import { originAllowed, type PageOrigins } from "../stream/handshake.ts";
import { addressOf, askedHost } from "./asked_host.ts";
import type { AppDeps } from "./deps.ts";
import { HttpProblem } from "./problem.ts";

/** What the listener gives with a request. */
interface Bindings {
  readonly remoteAddr?: Deno.Addr;
}

/** The address that is connected; null where that is not known. */
export function peerOf(c: Context): string | null {
  const { remoteAddr }: Bindings = c.env ?? {};
  return remoteAddr !== undefined && "hostname" in remoteAddr ? remoteAddr.hostname : null;
}

/** What says under which addresses this server is reached. */
export type AddressDeps = Pick<AppDeps, "trustedProxies" | "publicUrl">;

/** True where the client came over https, as a trusted proxy says, or the server's public address. */
export function isSecure(c: Context, deps: AddressDeps): boolean {
  const { headers } = c.req.raw;
  const proto = headers.get("x-forwarded-proto")?.split(",", 1)[0]?.trim().toLowerCase();
  // One that says http may stand behind the one that ends TLS: the public address tells.
  if (proto === "https" && deps.trustedProxies.trusts(peerOf(c))) return true;
  if (deps.publicUrl === null) return false;
  const { protocol, hostname, port } = new URL(deps.publicUrl);
  if (protocol !== "https:") return false;
  const asked = addressOf(askedHost(c.req.raw), protocol);
  // Some proxies say the name without the port.
  return asked?.hostname === hostname && (asked.port === "" || asked.port === port);
}

/**
 * The pages that may ask: of the host that was asked, as it was reached; of the server's public address,
 * for the proxy that ends TLS may be further away than the one that is heard; and of others.
 *
 * @param others exact origins that are allowed beside the server's own
 */
export function pageOrigins(
  c: Context,
  deps: AddressDeps,
  others: readonly string[],
): PageOrigins {
  const { publicUrl } = deps;
  const allowed = publicUrl === null ? others : [...others, new URL(publicUrl).origin];
  const protocol = isSecure(c, deps) ? "https:" : "http:";
  return { own: addressOf(askedHost(c.req.raw), protocol)?.origin ?? null, allowed };
}

/** True for a request of an allowed page, or of none. */
export function isFromAllowedPage(
  c: Context,
  deps: AddressDeps,
  others: readonly string[],
): boolean {
  // Most requests come from no page: for them nothing else is looked at.
  const { headers } = c.req.raw;
  return !headers.has("origin") || originAllowed(headers, pageOrigins(c, deps, others));
}

/** Says that a page may not ask. */
export function foreignPage(c: Context): HttpProblem {
  const origin = (c.req.raw.headers.get("origin") ?? "").slice(0, 200);
  return new HttpProblem(
    "origin_refused",
    `Origin ${JSON.stringify(origin)} is not allowed; PNL_ALLOWED_ORIGINS lists those that are. ` +
      "Behind a proxy that ends TLS, PNL_PUBLIC_URL says which is this server's own.",
  );
}
