/** Which scope each route asks for. A route that is not here is not served. */
import type { Scope } from "./scope.ts";

/** `open`: no key is asked for. */
export type RouteScope = Scope | "open";

/** By method and path as it is registered; `GET` stands for `HEAD` too. docs/SECURITY.md shows it. */
export const ROUTE_SCOPES: Readonly<Record<string, RouteScope>> = {
  "GET /": "open",
  "GET /assets/:name": "open",
  "GET /livez": "open",
  "GET /readyz": "open",
  "GET /health": "open",
  "GET /docs": "open",
  "GET /openapi.json": "open",
  "GET /asyncapi.json": "open",
  "GET /api/session": "open",
  "POST /api/session": "open",
  "DELETE /api/session": "open",
  "POST /api/tickets": "read",
  "GET /ws": "read",
  "GET /api/pnl/stream": "read",
  "GET /api/pnl/current": "read",
  "GET /api/pnl/history": "read",
  "GET /api/pnl/breakdown": "read",
  "GET /api/pnl/explain": "read",
  "GET /api/circuit-breaker/status": "read",
  "GET /api/cache/stats": "read",
  "GET /api/events": "audit",
  "GET /api/events/facets": "audit",
  "GET /api/events/stream": "audit",
  "GET /api/events/:position": "audit",
  "GET /metrics": "metrics",
};

/** What a route asks for; null where it is in no list. Patterns of parameters do not matter. */
export function scopeOfRoute(method: string, path: string): RouteScope | null {
  return ROUTE_SCOPES[`${method} ${path.replace(/(:\w+)\{.+\}$/, "$1")}`] ?? null;
}
