/** `/api/cache/stats`: how often each tier of the read path answered, and how fast. */
import type { AppDeps } from "./deps.ts";
import { NO_PARAMETERS, readQuery } from "./query.ts";
import { replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

/** Registers the route. */
export function cacheRoutes(routes: Routes, deps: AppDeps): void {
  routes.get("/api/cache/stats", (c) => {
    readQuery(c, NO_PARAMETERS);
    return replyJson(c, JSON.stringify(deps.readPath.stats()));
  });
}
