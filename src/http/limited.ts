/** Handlers whose requests are counted. */
import type { Context } from "hono";
import { ASSETS } from "./assets_path.ts";
import { clientAddress } from "./credentials.ts";
import type { AppDeps } from "./deps.ts";
import type { RateLimit } from "./rate_limit.ts";

/** What counting is made of. */
export type LimitDeps = Pick<AppDeps, "rateLimits" | "trustedProxies">;

/** Answers a request. */
type Handler = (c: Context) => Response | Promise<Response>;

/**
 * Where an answer is never refused, and only what cannot be answered counts. Whoever asks how the server
 * is has to be told above all when it has much to do; and a first visit to the page asks for many files,
 * which lie in memory and are never asked for again.
 */
const FREE: ReadonlySet<string> = new Set(["/health", "/livez", "/readyz", ASSETS]);

/** What stays open. It counts as it is opened; how many are open has limits of its own. */
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
  const refused = (error: unknown): never => {
    throw limit.toldOf(error, spent);
  };
  try {
    const response = answer();
    return response instanceof Promise
      ? response.then((made) => limit.tell(made, spent), refused)
      : limit.tell(response, spent);
  } catch (error) {
    return refused(error);
  }
}

/**
 * Answers, and counts what cannot be answered: such requests are logged, and must not wash away the log.
 *
 * @throws {HttpProblem} where it cannot be answered; another one where nothing is left
 */
async function forgiving(
  limit: RateLimit,
  name: string,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    limit.check(name);
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
  if (limit === null) return handler;
  const count = path !== null && FREE.has(path) ? forgiving : spending;
  return (c) => {
    const address = clientAddress(c, deps);
    return address === null ? handler(c) : count(limit, address, () => handler(c));
  };
}
