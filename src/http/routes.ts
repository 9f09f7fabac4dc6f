/** Routes with a memory: what is served where, so that a wrong method is told from a wrong path. */
import type { Context, Hono } from "hono";
import { HttpProblem } from "./problem.ts";
import { traceOf } from "./request_trace.ts";

/** Answers a request. */
export type Handler = (c: Context) => Response | Promise<Response>;

/** Registers GET routes, each of which answers HEAD too. */
export class Routes {
  readonly #app: Hono;
  readonly #patterns: RegExp[] = [];

  constructor(app: Hono) {
    this.#app = app;
  }

  /** @param path may end in parameters with a pattern, such as `/api/events/:position{[0-9]+}` */
  get(path: string, handler: Handler): void {
    this.#app.get(path, (c) => {
      traceOf(c.req.raw).route = path;
      return handler(c);
    });
    this.#patterns.push(new RegExp(`^${path.replace(/:\w+\{(.+?)\}/g, "$1")}$`));
  }

  /** Why no route answered: 405 where the path is served under another method, else 404. */
  refusal(c: Context): HttpProblem {
    const { method, path } = c.req;
    const known = this.#patterns.some((pattern) => pattern.test(path));
    if (known && method !== "GET" && method !== "HEAD") {
      return new HttpProblem("method_not_allowed", `${method} is not served here.`, {}, {
        allow: "GET, HEAD",
      });
    }
    return new HttpProblem("not_found", "Nothing is served under this path.");
  }
}
