/** Opening a stream: for whom it counts, and what is said where there is no room. */
import type { Context } from "hono";
import { type OpeningLimit, REFUSALS } from "../stream/limits.ts";
import type { AppDeps } from "./deps.ts";
import { HttpProblem, type ProblemCode } from "./problem.ts";

const PROBLEMS: Readonly<Record<OpeningLimit, ProblemCode>> = {
  connections: "too_many_streams",
  address: "too_many_from_address",
  handshakes: "too_many_handshakes",
  draining: "unavailable",
};

/** What the listener gives with a request. */
interface Bindings {
  readonly remoteAddr?: Deno.Addr;
}

/** Who a client is for the limits by address; null where it is not limited by it. */
export function clientAddress(c: Context, deps: AppDeps): string | null {
  const { remoteAddr }: Bindings = c.env ?? {};
  const peer = remoteAddr !== undefined && "hostname" in remoteAddr ? remoteAddr.hostname : null;
  return deps.trustedProxies.client(peer, c.req.raw.headers.get("x-forwarded-for"));
}

/** @throws {HttpProblem} that says which limit was reached, and when to try again */
export function refuseStream(limit: OpeningLimit, deps: AppDeps): never {
  throw new HttpProblem(PROBLEMS[limit], `${REFUSALS[limit].message}.`, {}, {
    "retry-after": String(Math.ceil(deps.hub.retryMs() / 1000)),
  });
}

/**
 * Lets a stream be opened.
 *
 * @returns the address that it is to be counted for, or null
 * @throws {HttpProblem} where there is no room
 */
export function admitStream(c: Context, deps: AppDeps): string | null {
  const address = clientAddress(c, deps);
  const limit = deps.hub.refusal(address);
  if (limit !== null) refuseStream(limit, deps);
  return address;
}
