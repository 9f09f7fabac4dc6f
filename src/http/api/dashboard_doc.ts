/** What the page and its files say of themselves. */
import { z } from "zod";
import { NO_PARAMETERS } from "../query.ts";
import type { RouteDoc } from "./route_doc.ts";

const TAG = { "ETag": "Changes with the content." };
const IF_NONE_MATCH = { "If-None-Match": "An `ETag` of before: `304` where nothing changed." };
const UNCHANGED = { status: 304, description: "It is as it was.", headers: TAG };

/** `GET /` */
export const PAGE = {
  id: "getDashboard",
  tag: "Dashboard",
  summary: "The dashboard",
  description: "The query is not looked at.",
  query: NO_PARAMETERS,
  ignoresQuery: true,
  headers: IF_NONE_MATCH,
  answers: [
    { status: 200, description: "The page.", bodies: { "text/html": "text" }, headers: TAG },
    UNCHANGED,
    {
      status: 503,
      description: "It is not built: a page that says how to build it.",
      bodies: { "text/html": "text" },
    },
  ],
  problems: [],
} as const satisfies RouteDoc;

/** `GET /assets/:name` */
export const ASSET = {
  id: "getAsset",
  tag: "Dashboard",
  summary: "A file of the dashboard",
  description: "A name stands for one content for ever.",
  query: NO_PARAMETERS,
  path: { name: z.string().meta({ examples: ["main.js"] }) },
  headers: IF_NONE_MATCH,
  answers: [
    {
      status: 200,
      description: "The file, in brotli or gzip where that is accepted.",
      bodies: { "*/*": "text" },
      headers: TAG,
    },
    UNCHANGED,
  ],
  problems: ["not_found"],
} as const satisfies RouteDoc;
