/** Handlers whose requests are counted. */
import type { Context } from "hono";
import { clientAddress } from "./credentials.ts";
import type { AppDeps } from "./deps.ts";
import type { RateLimit } from "./rate_limit.ts";

/** What counting is made of. */
type LimitDeps = Pick<AppDeps, "rateLimits" | "trustedProxies">;

/** Answers a request. */
type Handler = (c: Context) => Response | Promise<Response>;

/** Never limited: whoever asks how the server is has to be told above all when it has much to do. */
export const NEVER_LIMITED: ReadonlySet<string> = new Set(["/health", "/livez", "/readyz"]);

/** Opened streams have limits of their own, and are not counted as requests; those refused are. */
export const STREAMS: ReadonlySet<string> = new Set([
  "/ws",
  "/api/pnl/stream",
  "/api/events/stream",
]);

/** Counts a request, then answers it. @throws {HttpProblem} where nothing is left */
export function spending(
  limit: RateLimit,
  name: string,
  answer: () => Response | Promise<Response>,
): Response | Promise<Response> {
  limit.check(name);
  const spent = limit.spend(name);
  const response = answer();
  return response instanceof Promise
    ? response.then((made) => limit.tell(made, spent))
    : limit.tell(response, spent);
}

/** Opens a stream, and counts it where it is refused. @throws {HttpProblem} where nothing is left */
async function opening(
  limit: RateLimit,
  name: string,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  limit.check(name);
  try {
    const response = await answer();
    if (response.status >= 400) limit.spend(name);
    return response;
  } catch (error) {
    limit.spend(name);
    throw error;
  }
}

/**
 * A handler that answers no more requests of one address than it may send.
 *
 * @param path as it is registered; null where no route is
 */
export function limited(path: string | null, handler: Handler, deps: LimitDeps): Handler {
  const { address: limit } = deps.rateLimits;
  if (limit === null || path !== null && NEVER_LIMITED.has(path)) return handler;
  const count = path !== null && STREAMS.has(path) ? opening : spending;
  return (c) => {
    const address = clientAddress(c, deps);
    return address === null ? handler(c) : count(limit, address, () => handler(c));
  };
}
