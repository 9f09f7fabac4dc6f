/** Requests from pages of other origins (CORS), for those that the configuration names. */
import type { Context, MiddlewareHandler } from "hono";
import { type LimitDeps, limited } from "./limited.ts";
import { reply } from "./reply.ts";

const PREFLIGHT = {
  "access-control-allow-methods": "GET, HEAD, POST, DELETE",
  "access-control-allow-headers": "Accept, Authorization, Content-Type, Idempotency-Key, " +
    "If-None-Match, Last-Event-ID, X-Request-Id",
  "access-control-max-age": "600",
};
const EXPOSED = "Content-Disposition, ETag, Leaf-Hash, Link, RateLimit, " +
  "RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id";

function isPreflight(c: Context): boolean {
  return c.req.method === "OPTIONS" &&
    c.req.raw.headers.has("access-control-request-method");
}

/**
 * A middleware that lets pages of some origins read every answer, and answers their preflights. What
 * others get stays as it is: their browsers keep it from them. No cookie counts there: such a page sends a
 * key.
 *
 * @param origins exact origins: scheme, host and port
 * @param deps by which preflights count, as other requests do
 */
export function allowOrigins(origins: readonly string[], deps: LimitDeps): MiddlewareHandler {
  const preflight = limited(null, (c) => reply(c, 204, null, PREFLIGHT), deps);
  return async (c, next) => {
    const origin = c.req.raw.headers.get("origin");
    if (origin === null || !origins.includes(origin)) {
      await next();
      // The same path is answered otherwise to another origin. Headers of an upgrade cannot be changed.
      if (c.res.status !== 101) c.res.headers.append("vary", "Origin");
      return;
    }
    if (isPreflight(c)) c.res = await preflight(c);
    else await next();
    if (c.res.status === 101) return;
    const { headers } = c.res;
    headers.append("vary", "Origin");
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", EXPOSED);
    headers.set("cross-origin-resource-policy", "cross-origin");
  };
}
