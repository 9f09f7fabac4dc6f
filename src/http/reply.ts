/** How every response is made: with the security headers, a request id, and a body as it stands. */
import type { Context } from "hono";
import { traceOf } from "./request_trace.ts";

/** Headers of a response. */
export type HeaderFields = Readonly<Record<string, string>>;

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;

const UTF8 = new TextEncoder();

/** Media type of ordinary answers. */
export const JSON_TYPE = "application/json; charset=utf-8";

/**
 * On every response, where its own fields do not say otherwise. An answer of the API is no page: nothing
 * in it may load or run anything. Financial data is not stored by caches.
 */
const COMMON = Object.entries({
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
});

/** The id of a request: what the client or a proxy sent, where that is harmless, or a new one. */
export function requestId(c: Context): string {
  return traceOf(c.req.raw).id;
}

/** How long a body is in bytes; null where that is not known, or there is none. */
function lengthOf(body: Body): number | null {
  if (typeof body === "string") return UTF8.encode(body).length;
  return body instanceof Uint8Array ? body.length : null;
}

/** A response with the headers that all have; `fields` come on top and win. */
function make(status: number, body: Body, fields: HeaderFields): Response {
  const response = new Response(body, { status });
  // One by one: given to the constructor together, headers cost ten times as much.
  const { headers } = response;
  for (const [name, value] of COMMON) headers.set(name, value);
  for (const name in fields) {
    if (Object.hasOwn(fields, name)) headers.set(name, fields[name] ?? "");
  }
  return response;
}

/** Adds what is of one request alone, and returns the same response. */
function address(c: Context, response: Response, body: Body): Response {
  response.headers.set("x-request-id", requestId(c));
  if (c.req.raw.method === "HEAD") {
    const length = lengthOf(body);
    if (length !== null) response.headers.set("content-length", String(length));
  }
  return response;
}

/**
 * A response with the headers that all have; `fields` come on top and win. To `HEAD` it says how long
 * the body is that `GET` would bring (RFC 9110 §8.6), where that is known.
 */
export function reply(
  c: Context,
  status: number,
  body: Body,
  fields: HeaderFields,
): Response {
  return address(c, make(status, body, fields), body);
}

/** A JSON answer from text that is JSON already. */
export function replyJson(c: Context, json: string, fields: HeaderFields = {}): Response {
  return reply(c, 200, json, { "content-type": JSON_TYPE, ...fields });
}

/**
 * A JSON answer that several requests get, each with its own id. Copying its headers costs less than half
 * of making them.
 */
export class SharedJsonReply {
  readonly #json: string;
  readonly #response: Response;

  /** @param json text that is JSON already */
  constructor(json: string, fields: HeaderFields) {
    this.#json = json;
    this.#response = make(200, json, { "content-type": JSON_TYPE, ...fields });
  }

  /** The response to one of the requests. */
  to(c: Context): Response {
    return address(c, this.#response.clone(), this.#json);
  }
}
