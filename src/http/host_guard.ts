/**
 * Under which names the server answers. A page of another site can have its own name point to this
 * machine (DNS rebinding): its origin is then the server's own, and only `Host` tells whose it is.
 */
import { Hono } from "hono";
import { isLoopback } from "../sources/loopback.ts";
import { HttpProblem, problemResponse } from "./problem.ts";
import { addressOf, askedHost } from "./asked_host.ts";

/** The name or address in a `Host`, without its port, as a URL writes it; null where it is none. */
function nameIn(host: string): string | null {
  return addressOf(host, "http:")?.hostname ?? null;
}

/** Decides by `Host` whether a request is meant for a server that only this machine reaches. */
export class HostGuard {
  readonly #names: ReadonlySet<string>;
  /** What was let in last: clients repeat themselves. */
  #accepted: string | null = null;

  /**
   * @param host the address or name that is listened on, which is accepted beside those of the loopback
   * @param allowedOrigins origins whose hosts are accepted, such as that of a proxy on this machine
   */
  constructor(host: string, allowedOrigins: readonly string[]) {
    const own = nameIn(host.includes(":") ? `[${host}]` : host);
    const names = allowedOrigins.map((origin) => new URL(origin).hostname);
    this.#names = new Set(own === null ? names : [own, ...names]);
  }

  /** True where the request names this machine, an accepted host, or (as before HTTP/1.1) nothing. */
  accepts(request: Request): boolean {
    const host = askedHost(request);
    if (host === this.#accepted) return true;
    const name = nameIn(host);
    if (name === null || !isLoopback(name) && !this.#names.has(name)) return false;
    this.#accepted = host;
    return true;
  }
}

/** An app that answers everything with 421: the request was meant for another server. */
export function misdirectedApp(): Hono {
  const app = new Hono();
  app.notFound((c) => {
    const host = (c.req.raw.headers.get("host") ?? "").slice(0, 200);
    const detail = `Host ${JSON.stringify(host)} is none of this server; ` +
      "PNL_ALLOWED_ORIGINS lists origins whose hosts are, beside those of the loopback " +
      "and of PNL_PUBLIC_URL.";
    return problemResponse(c, new HttpProblem("misdirected_request", detail, { host }));
  });
  return app;
}
