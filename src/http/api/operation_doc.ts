/** What the routes of operation say of themselves. */
import { z } from "zod";
import { NO_PARAMETERS } from "../query.ts";
import { BRIEF_HEALTH, CACHE_STATS, HEALTH, NOT_READY, READY } from "./health_shapes.ts";
import type { RouteDoc } from "./route_doc.ts";
import { BREAKERS } from "./source_shapes.ts";

const HEALTH_BODIES = { "application/json": z.union([HEALTH, BRIEF_HEALTH]) };

/** `GET /health` */
export const HEALTH_REPORT = {
  id: "getHealth",
  tag: "Operation",
  summary: "How the service is",
  description:
    "Who shows no key with `read`, where one is asked for, gets status and version alone.",
  query: NO_PARAMETERS,
  answers: [
    { status: 200, description: "`ok` or `degraded`.", bodies: HEALTH_BODIES },
    { status: 503, description: "`unavailable`.", bodies: HEALTH_BODIES },
  ],
  problems: [],
} as const satisfies RouteDoc;

/** `GET /livez` */
export const LIVEZ = {
  id: "getLive",
  tag: "Operation",
  summary: "The process answers",
  query: NO_PARAMETERS,
  answers: [{
    status: 200,
    description: "It does.",
    bodies: { "application/json": z.strictObject({ status: z.literal("ok") }) },
  }],
  problems: [],
} as const satisfies RouteDoc;

/** `GET /readyz` */
export const READYZ = {
  id: "getReady",
  tag: "Operation",
  summary: "Traffic may come",
  query: NO_PARAMETERS,
  answers: [
    { status: 200, description: "It may.", bodies: { "application/json": READY } },
    {
      status: 503,
      description: "It should not, and why.",
      bodies: { "application/json": NOT_READY },
      headers: { "Retry-After": "Seconds." },
    },
  ],
  problems: [],
} as const satisfies RouteDoc;

/** `GET /api/circuit-breaker/status` */
export const BREAKER_STATUS = {
  id: "getBreakers",
  tag: "Operation",
  summary: "The breaker of each source that is configured",
  query: NO_PARAMETERS,
  answers: [{
    status: 200,
    description: "By the source's name.",
    bodies: { "application/json": BREAKERS },
  }],
  problems: [],
} as const satisfies RouteDoc;

/** `GET /api/cache/stats` */
export const TIER_STATS = {
  id: "getCacheStats",
  tag: "Operation",
  summary: "How often each tier of the read path answered, and how fast",
  query: NO_PARAMETERS,
  answers: [{
    status: 200,
    description: "By the tier's name.",
    bodies: { "application/json": CACHE_STATS },
  }],
  problems: [],
} as const satisfies RouteDoc;

/** `GET /metrics` */
export const METRICS = {
  id: "getMetrics",
  tag: "Operation",
  summary: "What is counted and measured, for Prometheus",
  query: NO_PARAMETERS,
  answers: [{
    status: 200,
    description: "The text format 0.0.4.",
    bodies: { "text/plain": "text" },
  }],
  problems: [],
} as const satisfies RouteDoc;
