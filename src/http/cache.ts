/** `/api/cache/stats`: how often each tier of the read path answered, and how fast. */
import { TIER_STATS } from "./api/operation_doc.ts";
import type { AppDeps } from "./deps.ts";
import { replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

/** Registers the route. */
export function cacheRoutes(routes: Routes, deps: AppDeps): void {
  routes.get("/api/cache/stats", TIER_STATS, (c, query) => {
    query();
    return replyJson(c, JSON.stringify(deps.readPath.stats()));
  });
}
