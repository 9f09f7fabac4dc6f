/** Routes with a memory: what is served where, so that a wrong method is told from a wrong path. */
import type { Context, Hono } from "hono";
import type { z } from "zod";
import type { RouteDoc } from "./api/route_doc.ts";
import { type AuthDeps, guarded } from "./auth.ts";
import { bounded } from "./bounds.ts";
import { limited } from "./limited.ts";
import { HttpProblem } from "./problem.ts";
import { readQuery } from "./query.ts";
import { traceOf } from "./request_trace.ts";

/**
 * Answers a request. `query` reads its query as the route's document says, and throws an
 * {@link HttpProblem} that names what is wrong with it.
 */
export type Handler<Q extends z.ZodObject> = (
  c: Context,
  query: () => z.output<Q>,
) => Response | Promise<Response>;

/** A route that was registered. */
export interface Registered {
  readonly method: "GET" | "POST" | "DELETE";
  /** As it was registered. */
  readonly path: string;
  readonly pattern: RegExp;
  readonly doc: RouteDoc;
}

/** Registers routes, each behind the door that its scope is. */
export class Routes {
  readonly #app: Hono;
  readonly #auth: AuthDeps;
  readonly #registered: Registered[] = [];

  constructor(app: Hono, auth: AuthDeps) {
    this.#app = app;
    this.#auth = auth;
  }

  /** Every route, in the order of their registration. */
  get all(): readonly Registered[] {
    return this.#registered;
  }

  /**
   * Registers for GET, and HEAD.
   *
   * @param path may end in a parameter with a pattern, such as `/api/events/:position{[0-9]+}`
   */
  get<Q extends z.ZodObject>(path: string, doc: RouteDoc<Q>, handler: Handler<Q>): void {
    this.#register("GET", path, doc, handler);
  }

  /** Registers for POST. */
  post<Q extends z.ZodObject>(path: string, doc: RouteDoc<Q>, handler: Handler<Q>): void {
    this.#register("POST", path, doc, handler);
  }

  /** Registers for DELETE. */
  delete<Q extends z.ZodObject>(path: string, doc: RouteDoc<Q>, handler: Handler<Q>): void {
    this.#register("DELETE", path, doc, handler);
  }

  #register<Q extends z.ZodObject>(
    method: Registered["method"],
    path: string,
    doc: RouteDoc<Q>,
    handler: Handler<Q>,
  ): void {
    const answer = (c: Context) => handler(c, () => readQuery(c, doc.query));
    const behindDoor = limited(
      path,
      bounded(doc.body !== undefined, guarded(method, path, answer, this.#auth)),
      this.#auth,
    );
    this.#app.on(method, path, (c) => {
      traceOf(c.req.raw).route = path;
      return behindDoor(c);
    });
    const pattern = new RegExp(`^${path.replace(/:\w+\{(.+)\}$/, "$1")}$`);
    this.#registered.push({ method, path, pattern, doc });
  }

  /** Why no route answered: 405 where the path is served under another method, else 404. */
  refusal(c: Context): HttpProblem {
    const { method, path } = c.req;
    const here = this.#registered.filter(({ pattern }) => pattern.test(path));
    const methods = [...new Set(here.map((route) => route.method))]
      .flatMap((known) => known === "GET" ? ["GET", "HEAD"] : [known]);
    if (methods.length === 0 || methods.includes(method)) {
      return new HttpProblem("not_found", "Nothing is served under this path.");
    }
    return new HttpProblem("method_not_allowed", `${method} is not served here.`, {}, {
      allow: methods.join(", "),
    });
  }
}
