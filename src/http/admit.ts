/** Opening a stream: for whom it counts, and what is said where there is no room. */
import type { Context } from "hono";
import type { Holder } from "../stream/holder.ts";
import { type OpeningLimit, REFUSALS } from "../stream/limits.ts";
import { principalOf } from "./auth.ts";
import { clientAddress } from "./credentials.ts";
import type { AppDeps } from "./deps.ts";
import { HttpProblem, type ProblemCode } from "./problem.ts";

const PROBLEMS: Readonly<Record<OpeningLimit, ProblemCode>> = {
  connections: "too_many_streams",
  address: "too_many_from_address",
  key: "too_many_of_key",
  handshakes: "too_many_handshakes",
  draining: "unavailable",
};

/** For whom a stream is opened, by somebody who was let in. */
export function holderOf(c: Context, deps: AppDeps): Holder {
  const who = principalOf(c);
  const holds = () => deps.access.holds(who);
  const key = who.key?.id ?? null;
  return { address: clientAddress(c, deps), key, holds: key === null ? null : holds };
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
 * @returns for whom it is to be counted
 * @throws {HttpProblem} where there is no room
 */
export function admitStream(c: Context, deps: AppDeps): Holder {
  const holder = holderOf(c, deps);
  const limit = deps.hub.refusal(holder);
  if (limit !== null) refuseStream(limit, deps);
  return holder;
}
