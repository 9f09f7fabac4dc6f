/** What the routes of the log say of themselves. */
import { z } from "zod";
import { EVENTS_QUERY } from "../events_query.ts";
import type { Facets } from "../events_facets.ts";
import { NO_PARAMETERS } from "../query.ts";
import { EVENT } from "./event_shape.ts";
import { named } from "./names.ts";
import type { RouteDoc } from "./route_doc.ts";
import { POSITION } from "./served.ts";

const COUNT = z.int().min(1);

const EVENT_PAGE = named(
  "EventPage",
  z.union([
    z.strictObject({
      items: z.array(EVENT),
      nextAfter: POSITION.nullable().describe("`after` of the next page."),
    }),
    z.strictObject({
      items: z.array(EVENT).describe("Of `order=desc`: the newest first."),
      nextBefore: POSITION.nullable().describe("`before` of the next page."),
    }),
  ]),
);

const FACETS_SHAPE = named(
  "Facets",
  z.strictObject({
    position: POSITION.describe("Events up to and with it are counted."),
    sources: z.array(z.strictObject({ source: z.string(), count: COUNT })),
    types: z.array(z.strictObject({ type: z.string(), count: COUNT })),
  }) satisfies z.ZodType<Facets>,
);

/** `GET /api/events` */
export const EVENT_LIST = {
  id: "listEvents",
  tag: "Events",
  summary: "Events of the log, in order of position",
  query: EVENTS_QUERY,
  headers: { "Accept": "Chooses among the media types; `format` does so whatever is accepted." },
  answers: [{
    status: 200,
    description: "A page; as NDJSON and CSV all that the filters let through, as it is read.",
    bodies: {
      "application/json": EVENT_PAGE,
      "application/cloudevents-batch+json": z.array(EVENT),
      "application/x-ndjson": "text",
      "text/csv": "text",
    },
    headers: {
      "Link": "The next page (`rel=next`), where there is one.",
      "Content-Disposition": "With `format`: the name of the file.",
    },
  }],
  problems: ["not_acceptable", "not_on_this_node"],
} as const satisfies RouteDoc;

/** `GET /api/events/facets` */
export const FACETS = {
  id: "countEvents",
  tag: "Events",
  summary: "How many events of each source and type there are",
  query: NO_PARAMETERS,
  answers: [{
    status: 200,
    description: "The counts, sorted by name.",
    bodies: { "application/json": FACETS_SHAPE },
  }],
  problems: ["not_on_this_node"],
} as const satisfies RouteDoc;

/** `GET /api/events/:position` */
export const ONE_EVENT = {
  id: "getEvent",
  tag: "Events",
  summary: "One event",
  description: "The canonical line itself (RFC 8785), as it is hashed.",
  query: NO_PARAMETERS,
  path: { position: POSITION.meta({ examples: [1] }) },
  headers: { "If-None-Match": "Its `ETag`, which never changes: `304`." },
  answers: [
    {
      status: 200,
      description: "The event.",
      bodies: { "application/cloudevents+json": EVENT },
      headers: {
        "ETag": '"<log id>:<position>"',
        "Leaf-Hash": "`sha256:<hex>`: its leaf in the log's Merkle tree (RFC 9162).",
      },
    },
    { status: 304, description: "It is the same, as always." },
  ],
  problems: ["not_found", "not_on_this_node"],
} as const satisfies RouteDoc;
