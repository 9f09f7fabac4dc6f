/** How long an address and a body may be. What is beyond it is refused before anything looks at it. */
import type { Context } from "hono";
import { HttpProblem } from "./problem.ts";

/** A body may have so many bytes, whatever route it is sent to. */
export const MOST_BODY_BYTES = 16 * 1024;
/** The address with its query may have so many characters: the runtime itself takes 65,513. */
const MOST_URL = 8 * 1024;

/** Answers a request. */
type Handler = (c: Context) => Response | Promise<Response>;

/** The body has more bytes than any may have. */
export function bodyTooLarge(): HttpProblem {
  return new HttpProblem("body_too_large", `The body has more than ${MOST_BODY_BYTES} bytes.`);
}

/**
 * A handler of requests that are not too long. A body that does not say how long it is may go only where
 * it is read.
 *
 * @param readsBody the handler reads the body, within its own bounds
 */
export function bounded(readsBody: boolean, handler: Handler): Handler {
  return (c) => {
    const { headers, url } = c.req.raw;
    if (url.length > MOST_URL) {
      throw new HttpProblem("uri_too_long", `The address has more than ${MOST_URL} characters.`);
    }
    if (Number(headers.get("content-length") ?? 0) > MOST_BODY_BYTES) throw bodyTooLarge();
    if (!readsBody && headers.has("transfer-encoding")) {
      throw new HttpProblem("body_too_large", "No body is taken here.");
    }
    return handler(c);
  };
}
