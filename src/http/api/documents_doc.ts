/** What the documents say of themselves. */
import { z } from "zod";
import { NO_PARAMETERS } from "../query.ts";
import type { RouteDoc } from "./route_doc.ts";

const TAG_HEADERS = { "ETag": "Changes with the document." };
const IF_NONE_MATCH = { "If-None-Match": "An `ETag` of before: `304` where nothing changed." };
const UNCHANGED = { status: 304, description: "It is as it was.", headers: TAG_HEADERS };

const DOCUMENT = {
  tag: "Documents",
  query: NO_PARAMETERS,
  headers: IF_NONE_MATCH,
  problems: [],
} as const;

function answersWith(body: z.ZodType | "text", type = "application/json") {
  const description = "The document.";
  const bodies = { [type]: body };
  return [{ status: 200, description, bodies, headers: TAG_HEADERS }, UNCHANGED] as const;
}

/** `GET /openapi.json` */
export const OPENAPI = {
  ...DOCUMENT,
  id: "getOpenApi",
  summary: "The routes, as OpenAPI 3.1",
  answers: answersWith(z.looseObject({ openapi: z.literal("3.1.0") })),
} as const satisfies RouteDoc;

/** `GET /asyncapi.json` */
export const ASYNCAPI = {
  ...DOCUMENT,
  id: "getAsyncApi",
  summary: "The streams, as AsyncAPI 3",
  answers: answersWith(z.looseObject({ asyncapi: z.literal("3.0.0") })),
} as const satisfies RouteDoc;

/** `GET /docs` */
export const DOCS = {
  ...DOCUMENT,
  id: "getReference",
  summary: "The routes, for people",
  answers: answersWith("text", "text/html"),
} as const satisfies RouteDoc;
