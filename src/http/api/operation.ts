/** A route as an operation of OpenAPI. */
import type { z } from "zod";
import { type RouteScope, scopeOfRoute } from "../../access/route_scopes.ts";
import { TAKES_TICKETS } from "../auth.ts";
import { type ProblemCode, problemKind } from "../problem.ts";
import type { Registered } from "../routes.ts";
import { PROBLEM } from "./problem_shape.ts";
import type { Answer, Content, Operation, Parameter } from "./document.ts";
import EXAMPLES from "./examples.json" with { type: "json" };
import type { AnswerDoc, RouteDoc } from "./route_doc.ts";
import { type Json, type Shape, shapeOf } from "./shapes.ts";

/** What every route may answer. */
const ANYWHERE: readonly ProblemCode[] = [
  "too_many_requests",
  "uri_too_long",
  "misdirected_request",
  "internal",
];
/** What the door may answer. */
const AT_THE_DOOR: readonly ProblemCode[] = ["unauthorized", "too_many_failures", "unavailable"];

/** The path as OpenAPI writes it: `/api/events/{position}`. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)(\{.+\})?$/, "{$1}");
}

/** What a route asks for. A route that is in no list answers nobody. */
function scopeOf({ method, path }: Pick<Registered, "method" | "path">): RouteScope {
  const scope = scopeOfRoute(method, path);
  if (scope === null) throw new Error(`Cannot document ${method} ${path}: it is in no list`);
  return scope;
}

/** Every kind of problem that a route may answer with. */
function problemsOf({ method, path, doc }: Registered): ProblemCode[] {
  const scope = scopeOf({ method, path });
  return [
    ...new Set([
      ...(doc.ignoresQuery ? [] : ["bad_parameter" as const]),
      ...(scope === "open" ? [] : [...AT_THE_DOOR, "forbidden" as const]),
      ...doc.problems,
      ...(method === "GET" ? [] : ["body_too_large" as const]),
      ...ANYWHERE,
    ]),
  ];
}

function queryParameters(doc: RouteDoc): Parameter[] {
  return Object.entries(doc.query.shape).map(([name, schema]: [string, z.ZodType]) => {
    const { description, ...shape } = shapeOf(schema, "input");
    const required = !schema.safeParse(undefined).success;
    return {
      name,
      in: "query",
      required,
      ...(description === undefined ? {} : { description }),
      schema: shape,
    };
  });
}

function parameters(doc: RouteDoc): Parameter[] {
  const inPath = Object.entries(doc.path ?? {}).map(([name, schema]): Parameter => (
    { name, in: "path", required: true, schema: shapeOf(schema) }
  ));
  // OpenAPI has other places for what is said of `Accept`.
  const headers = Object.entries(doc.headers ?? {}).filter(([name]) => name !== "Accept")
    .map(([name, description]): Parameter => ({
      name,
      in: "header",
      required: false,
      description,
      schema: { type: "string" },
    }));
  return [...inPath, ...queryParameters(doc), ...headers];
}

function headersOf(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map((
      [name, description],
    ) => [name, { description, schema: { type: "string" } }]),
  );
}

const SEEN: Readonly<Record<string, unknown>> = EXAMPLES;

/** @param example of the first body; undefined where there is none */
function answerOf({ description, bodies, headers = {} }: AnswerDoc, example?: unknown): Answer {
  const content = Object.entries(bodies ?? {}).map(([type, body], index) => [
    type,
    {
      schema: body === "text" ? { type: "string" } : shapeOf(body),
      ...(example === undefined || index > 0 ? {} : { example }),
    },
  ]);
  return {
    description,
    headers: { "X-Request-Id": { $ref: "#/components/headers/RequestId" }, ...headersOf(headers) },
    ...(content.length === 0 ? {} : { content: Object.fromEntries(content) }),
  };
}

const RATE_HEADERS = {
  "RateLimit-Policy": { $ref: "#/components/headers/RateLimitPolicy" },
  "RateLimit": { $ref: "#/components/headers/RateLimit" },
};

/** One answer for all problems of a status. */
function problemAnswer(codes: readonly ProblemCode[]): Answer & { readonly content: Content } {
  const kinds = codes.map(problemKind);
  const schema: Shape = {
    allOf: [shapeOf(PROBLEM)],
    properties: { type: { enum: kinds.map(({ type }) => type) } },
  };
  return {
    description: `${[...new Set(kinds.map(({ title }) => title))].join("; ")}.`,
    ...(codes.includes("too_many_requests") ? { headers: RATE_HEADERS } : {}),
    content: { "application/problem+json": { schema } },
  };
}

/** Answers by status. Where a problem has the status of an answer, that answer may be either. */
function responses(route: Registered): Operation["responses"] {
  const found: Record<string, Answer> = {};
  const [usual, ...others] = route.doc.answers;
  found[usual.status] = answerOf(usual, SEEN[route.doc.id]);
  for (const answer of others) found[answer.status] = answerOf(answer);
  const codes = Map.groupBy(problemsOf(route), (code) => problemKind(code).status);
  for (const [status, ofStatus] of codes) {
    const { description, content, ...more } = problemAnswer(ofStatus);
    const answer = found[status];
    found[status] = answer === undefined ? { description, content, ...more } : {
      ...answer,
      description: `${answer.description} ${description}`,
      content: { ...answer.content, ...content },
    };
  }
  return found;
}

/** Who may: any of these is enough. */
function security(route: Registered): Operation["security"] {
  const scope = scopeOf(route);
  if (scope === "open") return [];
  const tickets = TAKES_TICKETS.has(route.path) ? [{ ticket: [scope] }] : [];
  return [{ key: [scope] }, { session: [scope] }, { secureSession: [scope] }, ...tickets];
}

/** The operation. */
export function operationOf(route: Registered): Operation {
  const { id, tag, summary, description, body, headers } = route.doc;
  const accept = headers?.["Accept"];
  const told = [description, accept === undefined ? undefined : `\`Accept\`: ${accept}`]
    .filter((text) => text !== undefined).join("\n\n");
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(told === "" ? {} : { description: told }),
    parameters: parameters(route.doc),
    ...(body === undefined ? {} : {
      requestBody: {
        required: true,
        content: { "application/json": { schema: shapeOf(body, "input") } },
      },
    }),
    responses: responses(route),
    security: security(route),
  };
}
