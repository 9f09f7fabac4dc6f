/** The door: who may have which route. */
import type { Context } from "hono";
import type { Identified } from "../access/access.ts";
import { EVERYBODY, type Principal } from "../access/principal.ts";
import { scopeOfRoute } from "../access/route_scopes.ts";
import { covers, type Scope } from "../access/scope.ts";
import { clientAddress, credentialOf } from "./credentials.ts";
import type { AppDeps } from "./deps.ts";
import { foreignPage, isFromAllowedPage } from "./page_origins.ts";
import { spending, STREAMS } from "./limited.ts";
import { HttpProblem } from "./problem.ts";
import type { RateLimit } from "./rate_limit.ts";

/** What the door is made of. */
export type AuthDeps = Pick<
  AppDeps,
  "access" | "allowedOrigins" | "trustedProxies" | "publicUrl" | "rateLimits"
>;

/** Answers a request. */
type Handler = (c: Context) => Response | Promise<Response>;

/** What lies behind the door, and how often one key may have it; null: as often as it likes. */
interface Behind {
  readonly handler: Handler;
  readonly limit: RateLimit | null;
}

/** Where a ticket may stand in the address: what opens these cannot set a header. */
export const TAKES_TICKETS = STREAMS;

/** The same for a missing key and for every kind of wrong one. */
function unauthorized(): HttpProblem {
  const detail = "This needs a valid API key, or a session or ticket of one.";
  return new HttpProblem("unauthorized", detail, {}, { "www-authenticate": "Bearer" });
}

/** @throws {HttpProblem} where nobody was identified */
export function admitted(found: Identified): Principal {
  if (found === "refused") throw unauthorized();
  if (found === "unknown") {
    const detail = "This node does not know yet which keys there are.";
    throw new HttpProblem("unavailable", detail, {}, { "retry-after": "5" });
  }
  if (!("waitMs" in found)) return found;
  throw new HttpProblem("too_many_failures", "Too many wrong keys came from there.", {}, {
    "retry-after": String(Math.ceil(found.waitMs / 1000)),
  });
}

/** @throws {HttpProblem} for what a page of a foreign origin sends: it would change something */
function refuseForeignPage(c: Context, deps: AuthDeps): void {
  if (!isFromAllowedPage(c, deps, deps.allowedOrigins)) throw foreignPage(c);
}

/** Who asks, by a key or a session; null for nobody. */
export function whoAsks(c: Context, deps: AuthDeps): Principal | null {
  if (!deps.access.required) return EVERYBODY;
  const credential = credentialOf(c, deps);
  if (credential === null) return null;
  const found = deps.access.identify(credential, clientAddress(c, deps));
  return typeof found === "string" || "waitMs" in found ? null : found;
}

/** Who asks. @throws {HttpProblem} where that is nobody */
function demand(c: Context, path: string, deps: AuthDeps): Principal | Promise<Principal> {
  const { access } = deps;
  if (!access.required) return EVERYBODY;
  const address = clientAddress(c, deps);
  const credential = credentialOf(c, deps);
  // HEAD opens no stream, and must not use a ticket up.
  if (credential?.kind !== "key" && c.req.method === "GET" && TAKES_TICKETS.has(path)) {
    const ticket = c.req.query("ticket");
    if (ticket !== undefined) return access.redeemTicket(ticket).then(admitted);
  }
  if (credential === null) throw unauthorized();
  return admitted(access.identify(credential, address));
}

/** Lets someone in who may have this. */
function enter(c: Context, who: Principal, scope: Scope, { handler, limit }: Behind) {
  if (!covers(who.scopes, scope)) {
    throw new HttpProblem("forbidden", `This needs a key with the scope ${scope}.`, { scope });
  }
  c.set("principal", who);
  return limit === null || who.key === null
    ? handler(c)
    : spending(limit, who.key.id, () => handler(c));
}

/** Who was let in; only where the route asks for a scope. */
export function principalOf(c: Context): Principal {
  const who: Principal | undefined = c.get("principal");
  if (who === undefined) throw new Error("Nobody was let in by this route");
  return who;
}

/**
 * A handler behind the door. A route that is in no list is closed to everybody.
 *
 * @param path as it is registered
 */
export function guarded(method: string, path: string, handler: Handler, deps: AuthDeps): Handler {
  const scope = scopeOfRoute(method, path);
  const { key: limit } = deps.rateLimits;
  return (c) => {
    if (method !== "GET") refuseForeignPage(c, deps);
    if (scope === "open") return handler(c);
    if (scope === null) throw new HttpProblem("forbidden", "Nobody may have this route.");
    // HEAD opens nothing that would count by itself.
    const opens = STREAMS.has(path) && c.req.method === "GET";
    const behind = { handler, limit: opens ? null : limit };
    const who = demand(c, path, deps);
    return who instanceof Promise
      ? who.then((known) => enter(c, known, scope, behind))
      : enter(c, who, scope, behind);
  };
}
