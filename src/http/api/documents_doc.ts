/** What the documents say of themselves. */
import { z } from "zod";
import { NO_PARAMETERS } from "../query.ts";
import type { RouteDoc } from "./route_doc.ts";

const TAG_HEADERS = { "ETag": "Changes with the document." };
const IF_NONE_MATCH = { "If-None-Match": "An `ETag` of before: `304` where nothing changed." };
const UNCHANGED = { status: 304, description: "It is as it was.", headers: TAG_HEADERS };

/** `GET /openapi.json` */
export const OPENAPI = {
  id: "getOpenApi",
  tag: "Documents",
  summary: "The routes, as OpenAPI 3.1",
  query: NO_PARAMETERS,
  headers: IF_NONE_MATCH,
  answers: [
    {
      status: 200,
      description: "The document.",
      bodies: { "application/json": z.looseObject({ openapi: z.literal("3.1.0") }) },
      headers: TAG_HEADERS,
    },
    UNCHANGED,
  ],
  problems: [],
} as const satisfies RouteDoc;
