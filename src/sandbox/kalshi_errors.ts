/** The venue's error bodies; there are four shapes, and plain text. */
import { json, type Reply } from "./reply.ts";

/** 401, nested: a signature, key or timestamp that is not accepted. */
export function authenticationError(details: string): Reply {
  return json(401, {
    error: { code: "authentication_error", message: "authentication_error", details },
  });
}

/** 401, nested: an authentication header is missing. */
export function signatureMissing(): Reply {
  return json(401, {
    error: {
      code: "signature_is_missing_from_headers",
      message: "signature is missing from headers",
    },
  });
}

/** 401, nested: the timestamp is outside the window. */
export function timestampExpired(): Reply {
  return json(401, {
    error: { code: "header_timestamp_expired", message: "header timestamp expired" },
  });
}

/** 403, nested: the key lacks a scope. */
export function missingScope(scope: string): Reply {
  return json(403, {
    error: {
      code: "permission_denied",
      message: "permission_denied",
      details: `MISSING_SCOPE:${scope}`,
    },
  });
}

/** 400, flat: a parameter that cannot be read at all. */
export function badRequest(details: string): Reply {
  return json(400, { code: "bad_request", message: "bad request", details });
}

/** 400, the validator's words: a parameter out of its range. */
export function validationFailed(operation: string, field: string, tag: string): Reply {
  return json(400, {
    msg: `Parameter validation failed for ${operation}: Key: '${operation}Params.${field}' ` +
      `Error:Field validation for '${field}' failed on the '${tag}' tag`,
  });
}

/** 429; no header says when to come back. */
export function tooManyRequests(): Reply {
  return json(429, { error: "too many requests" });
}

/** 500, nested. */
export function internalError(): Reply {
  return json(500, {
    error: { code: "internal_server_error", message: "internal server error" },
  });
}

/** 404 in plain text, for a route that does not exist. */
export function unknownRoute(): Reply {
  return { status: 404, body: "404 page not found\n", type: "text/plain; charset=utf-8" };
}
