/** Errors as RFC 9457 problem details. They name what the client did, never what went on inside. */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import { loggedPath } from "./logged_path.ts";
import { type HeaderFields, reply, requestId } from "./reply.ts";

const log = getLogger(["pnl", "http"]);

const TITLES = {
  bad_parameter: [400, "Bad query parameter"],
  bad_body: [400, "Bad body"],
  bad_handshake: [400, "Bad WebSocket handshake"],
  unauthorized: [401, "Not authorised"],
  forbidden: [403, "Not allowed"],
  origin_refused: [403, "Origin not allowed"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "Method not allowed"],
  not_acceptable: [406, "Not acceptable"],
  body_too_slow: [408, "Body too slow"],
  body_too_large: [413, "Body too large"],
  uri_too_long: [414, "Address too long"],
  unsupported_media_type: [415, "Unsupported media type"],
  misdirected_request: [421, "Misdirected request"],
  upgrade_required: [426, "Upgrade required"],
  too_many_requests: [429, "Too many requests"],
  too_many_from_address: [429, "Too many streams from one address"],
  too_many_of_key: [429, "Too many streams with one key"],
  too_many_failures: [429, "Too many wrong keys"],
  too_many_tickets: [429, "Too many tickets"],
  internal: [500, "Internal error"],
  not_on_this_node: [503, "Not on this node"],
  unavailable: [503, "Unavailable"],
  too_far: [503, "Too far to be folded in time"],
  too_many_streams: [503, "Too many streams"],
  too_many_handshakes: [503, "Too many handshakes"],
  not_folded_in_time: [504, "Not folded in time"],
} as const satisfies Record<string, readonly [number, string]>;

/** What kind of problem it is. */
export type ProblemCode = keyof typeof TITLES;

/** What is refused before, or because, a limit holds: told to the client, and no line for each in the log. */
const QUIET: ReadonlySet<ProblemCode> = new Set(["too_many_requests", "misdirected_request"]);

/** The kinds. */
export const PROBLEM_CODES = Object.keys(TITLES) as readonly ProblemCode[];

/** What every problem of a kind says. */
export function problemKind(code: ProblemCode): {
  readonly type: string;
  readonly title: string;
  readonly status: number;
} {
  const [status, title] = TITLES[code];
  return { type: `urn:pnl-stream:problem:${code.replaceAll("_", "-")}`, title, status };
}

/** Members of a problem beside those of RFC 9457. */
export type Facts = Readonly<Record<string, string | number | null>>;

/** A request that cannot be answered. Its message is for the client. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  /** Members beside those of RFC 9457, such as the parameter's name. */
  readonly facts: Facts;
  readonly headers: HeaderFields;

  constructor(
    code: ProblemCode,
    detail: string,
    facts: Facts = {},
    headers: HeaderFields = {},
  ) {
    super(detail);
    this.name = "HttpProblem";
    this.code = code;
    this.facts = facts;
    this.headers = headers;
  }
}

/**
 * The response to an error; logs it under the `errorId` that the response holds. What is no
 * {@link HttpProblem} is answered as an internal error that says nothing else.
 */
export function problemResponse(c: Context, error: unknown): Response {
  const problem = error instanceof HttpProblem
    ? error
    : new HttpProblem("internal", "The request could not be answered; the log has the reason.");
  const kind = problemKind(problem.code);
  const { status } = kind;
  const errorId = crypto.randomUUID();
  const facts = {
    errorId,
    requestId: requestId(c),
    code: problem.code,
    status,
    method: c.req.method,
    path: loggedPath(c.req.url),
  };
  if (status === 500) log.error("Request failed: {error}", { ...facts, error });
  // Of these there may be thousands a second, and counting them is enough.
  else if (QUIET.has(problem.code)) {
    log.debug("Request refused with {status}: {detail}", { ...facts, detail: problem.message });
  } else log.info("Request refused with {status}: {detail}", { ...facts, detail: problem.message });
  const body = {
    ...kind,
    detail: problem.message,
    errorId,
    ...problem.facts,
  };
  return reply(c, status, JSON.stringify(body), {
    "content-type": "application/problem+json",
    ...problem.headers,
  });
}
