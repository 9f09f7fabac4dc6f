/** Counts requests by route, method and status, measures them, and gives the log their context. */
import { getLogger, withContext } from "@logtape/logtape";
import { Histogram } from "../metrics/histogram.ts";
import type { HistogramSample, Sample } from "../metrics/exposition.ts";
import { loggedPath } from "./logged_path.ts";
import { traceOf } from "./request_trace.ts";

const log = getLogger(["pnl", "http"]);

/** Bounds of the durations that are counted, seconds. */
const DURATIONS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Methods that are told apart; a client can make up any number of others. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** What no route answered. */
const NO_ROUTE = "none";

/** Answers a request. */
type Answer = () => Response | Promise<Response>;

interface Count {
  readonly labels: Readonly<Record<"route" | "method" | "status", string>>;
  requests: number;
}

/** A route without the patterns of its parameters. */
function shown(route: string): string {
  return route.replace(/\{.+\}$/, "");
}

/** Watches over requests. Of a stream the time counts until its answer begins. */
export class RequestMeter {
  readonly #counts = new Map<string, Count>();
  readonly #durations = new Map<string, Histogram>();

  /** Lets a request be answered, in whose course every record of the log has its id, method and path. */
  measure(request: Request, answer: Answer): Response | Promise<Response> {
    const startedAt = performance.now();
    const { method, url } = request;
    const context = { requestId: traceOf(request).id, method, path: loggedPath(url) };
    const answered = withContext(context, answer);
    const done = (response: Response) => {
      const ms = performance.now() - startedAt;
      const route = traceOf(request).route ?? NO_ROUTE;
      this.#count(route, method, response.status, ms / 1000);
      if (log.isEnabledFor("debug")) {
        const { status } = response;
        log.debug("{method} {path} was answered with {status} in {ms} ms", {
          ...context,
          ...{ route, status, ms: Math.round(ms * 1000) / 1000 },
        });
      }
      return response;
    };
    return answered instanceof Promise ? answered.then(done) : done(answered);
  }

  /**
   * How many requests there were. Of the routes that are given none that failed is told too, as 0: of a
   * series that begins with the first failure Prometheus would see no increase.
   */
  counts(routes: readonly { readonly method: string; readonly path: string }[] = []): Sample[] {
    const none = routes.filter(({ method, path }) => !this.#counts.has(`500 ${method} ${path}`));
    return [
      ...none.map(({ method, path }): Sample => [
        { route: shown(path), method, status: "500" },
        0,
      ]),
      ...[...this.#counts.values()].map(({ labels, requests }): Sample => [labels, requests]),
    ];
  }

  /** How long they took, in seconds. */
  durations(): HistogramSample[] {
    return [...this.#durations].map((
      [route, histogram],
    ) => [{ route: shown(route) }, histogram.read()]);
  }

  #count(route: string, sent: string, code: number, seconds: number): void {
    const method = METHODS.has(sent) ? sent : "other";
    const key = `${code} ${method} ${route}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.requests += 1;
    else {
      const labels = { route: shown(route), method, status: String(code) };
      this.#counts.set(key, { labels, requests: 1 });
    }
    let durations = this.#durations.get(route);
    if (durations === undefined) {
      durations = new Histogram(DURATIONS);
      this.#durations.set(route, durations);
    }
    durations.observe(seconds);
  }
}
