/** `/api/circuit-breaker/status`: the breaker of each source that is configured. */
import { BREAKER_STATUS } from "./api/operation_doc.ts";
import type { AppDeps } from "./deps.ts";
import { replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

/** Registers the route. */
export function breakerRoutes(routes: Routes, deps: AppDeps): void {
  routes.get("/api/circuit-breaker/status", BREAKER_STATUS, (c, query) => {
    query();
    const breakers = deps.statuses()
      .filter((status) => status.state !== "not_configured")
      .map((status) => [status.name, status.breaker]);
    return replyJson(c, JSON.stringify(Object.fromEntries(breakers)));
  });
}
