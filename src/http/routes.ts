/** Routes with a memory: what is served where, so that a wrong method is told from a wrong path. */
import type { Context, Hono } from "hono";
import { type AuthDeps, guarded } from "./auth.ts";
import { HttpProblem } from "./problem.ts";
import { traceOf } from "./request_trace.ts";

/** Answers a request. */
export type Handler = (c: Context) => Response | Promise<Response>;

/** A route that was registered. */
interface Registered {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly pattern: RegExp;
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

  /** Every route, as `GET /api/events/:position{[0-9]+}`, in the order of their registration. */
  get names(): string[] {
    return this.#registered.map(({ method, path }) => `${method} ${path}`);
  }

  /**
   * Registers for GET, and HEAD.
   *
   * @param path may end in a parameter with a pattern, such as `/api/events/:position{[0-9]+}`
   */
  get(path: string, handler: Handler): void {
    this.#register("GET", path, handler);
  }

  /** Registers for POST. */
  post(path: string, handler: Handler): void {
    this.#register("POST", path, handler);
  }

  /** Registers for DELETE. */
  delete(path: string, handler: Handler): void {
    this.#register("DELETE", path, handler);
  }

  #register(method: Registered["method"], path: string, handler: Handler): void {
    const behindDoor = guarded(method, path, handler, this.#auth);
    this.#app.on(method, path, (c) => {
      traceOf(c.req.raw).route = path;
      return behindDoor(c);
    });
    const pattern = new RegExp(`^${path.replace(/:\w+\{(.+)\}$/, "$1")}$`);
    this.#registered.push({ method, path, pattern });
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
