/** The routes as OpenAPI 3.1, made from what each says of itself and is read by. */
import type { Registered } from "../routes.ts";
import type { OpenApiDocument, Operation } from "./document.ts";
import { operationOf, templateOf } from "./operation.ts";
import { TAGS } from "./route_doc.ts";
import { namedShapes, namesIn } from "./shapes.ts";

const DESCRIPTION = `
Live profit and loss, folded from an immutable log.

- Money is a decimal string in dollars, with at least two decimals and as many more as the value has;
  percentages are decimal strings with two places, or null; times are ISO 8601 in UTC with milliseconds.
- Where other machines reach the server, requests need a key. What a route asks for stands in its
  \`security\`: \`admin\` contains \`audit\`, \`audit\` contains \`read\`. While only its own machine reaches it,
  nobody is asked.
- Each \`GET\` but \`/ws\` answers \`HEAD\` too, with the same headers.
- A query parameter that is unknown, given twice or wrong is \`400\` and is named.
- One address may send 100 requests a second, one key 500, where the operator says nothing else. More is
  \`429\` with \`Retry-After\`; \`RateLimit\` says before how many are left.
- Errors are problem details (RFC 9457). \`errorId\` is in the server's log too.
`.trim();

const SECURITY = {
  key: {
    type: "http",
    scheme: "bearer",
    description: "An API key: `pnl_<env>_<id>_<secret>`.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "pnl",
    description: "A browser that is signed in, over http.",
  },
  secureSession: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-pnl",
    description: "A browser that is signed in, over https.",
  },
  ticket: {
    type: "apiKey",
    in: "query",
    name: "ticket",
    description: "A ticket of `POST /api/tickets`: good once, for 30 seconds.",
  },
};

const HEADERS = {
  RateLimitPolicy: {
    description:
      "How many requests one address, and one key, may send at once, and in how many seconds as " +
      'many come back: `"address";q=200;w=2`. Where the client is limited.',
    schema: { type: "string" },
  },
  RateLimit: {
    description:
      "How many are left, and after how many seconds all are there again; with a 429 the next: " +
      '`"address";r=199;t=1`.',
    schema: { type: "string" },
  },
  RequestId: {
    description: "The request's own, where it is harmless, or a new one; in the server's log too.",
    schema: { type: "string" },
  },
};

/**
 * Makes the document.
 *
 * @param routes in the order in which they are to stand
 * @param version of the server
 */
export function openApiDocument(routes: readonly Registered[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = paths[templateOf(route.path)] ??= {};
    path[route.method.toLowerCase()] = operationOf(route);
  }
  const shapes = namedShapes();
  const used = namesIn(paths, shapes);
  return {
    openapi: "3.1.0",
    info: { title: "pnl-stream", version, description: DESCRIPTION },
    servers: [{ url: "/", description: "This server." }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(shapes).filter(([id]) => used.has(id))),
      securitySchemes: SECURITY,
      headers: HEADERS,
    },
  };
}
