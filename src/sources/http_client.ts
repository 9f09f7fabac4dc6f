/** The HTTP client under every source: one upstream, GET requests, JSON answers, errors in classes. */
import type { Clock } from "../pnl/clock.ts";
import { errorCodes } from "./error_body.ts";
import { type AttemptOptions, type Attempts, attempts } from "./guard.ts";
import { parseJsonText } from "./json_text.ts";
import { readText } from "./response_body.ts";
import { UpstreamError, type UpstreamErrorClass } from "./source.ts";

/** How far an upstream's `Date` may be from this machine's clock, in milliseconds. */
const MAX_SKEW_MS = 5 * 60_000;
/** An error's body is read this far, in bytes. */
const ERROR_BODY_BYTES = 64 * 1024;

/** `application/json`, and whatever else RFC 6839 says is JSON. */
const JSON_TYPE = /^(application|text)\/([a-z0-9.+-]+\+)?json$/;

/** Query parameters in order; a name may repeat. */
export type Query = readonly (readonly [name: string, value: string])[];

/** Options of {@link HttpClient}. */
export interface HttpClientOptions {
  /** With its path; requests append to it. */
  readonly baseUrl: string;
  readonly clock: Clock;
  /** Per attempt, in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  /** Retries; what is not given is 4, from 200 ms, at most 5 s. */
  readonly retry?: Partial<Omit<AttemptOptions, "timeoutMs">>;
  /** Headers of one attempt: credentials are made anew for each. `path` is from the root, without query. */
  readonly headers?: (method: "GET", path: string) => Readonly<Record<string, string>>;
}

/** A client of one upstream. */
export class HttpClient {
  readonly #base: URL;
  readonly #options: HttpClientOptions;
  readonly #attempts: Attempts;
  #dateAgreedAt: number | null = null;

  /** When an answer's `Date` last agreed with the wall clock, on the monotonic clock; null before. */
  get dateAgreedAt(): number | null {
    return this.#dateAgreedAt;
  }

  constructor(options: HttpClientOptions) {
    this.#base = new URL(options.baseUrl);
    this.#options = options;
    this.#attempts = attempts({
      timeoutMs: options.timeoutMs ?? 10_000,
      retries: options.retry?.retries ?? 4,
      initialDelayMs: options.retry?.initialDelayMs ?? 200,
      maxDelayMs: options.retry?.maxDelayMs ?? 5_000,
    });
  }

  /**
   * Gets JSON, with retries. Numbers come as the text they were sent as.
   *
   * @param path from the base URL's path, with a leading slash
   * @throws {UpstreamError} where the upstream failed for good
   * @throws the signal's reason where it was aborted
   */
  getJson(path: string, query: Query, signal: AbortSignal): Promise<unknown> {
    const url = new URL(this.#base);
    url.pathname = `${this.#base.pathname.replace(/\/+$/, "")}${path}`;
    url.search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString();
    return this.#attempts((attempt) => this.#once(url, attempt), signal);
  }

  async #once(url: URL, signal: AbortSignal): Promise<unknown> {
    const headers = { accept: "application/json", ...this.#options.headers?.("GET", url.pathname) };
    try {
      const response = await fetch(url, { headers, redirect: "manual", signal });
      if (!response.ok) throw await this.#failure(response, url.pathname);
      await refuseOtherTypes(response, url.pathname);
      const body = await readText(response);
      this.#checkDate(response, url.pathname);
      return parse(body, url.pathname);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UpstreamError) throw error;
      // The runtime's message names the address at most; it is kept out all the same.
      throw new UpstreamError("network", `Cannot reach ${url.origin}${url.pathname}`, {}, {
        cause: error,
      });
    }
  }

  async #failure(response: Response, path: string): Promise<UpstreamError> {
    const status = response.status;
    const { code, details } = await readText(response, ERROR_BODY_BYTES).then(errorCodes)
      .catch(() => ({ code: null, details: null }));
    if (code === "header_timestamp_expired") {
      return new UpstreamError("clock_skew", `${path} refused the request's timestamp`, {
        status,
        upstreamCode: code,
      });
    }
    this.#checkDate(response, path);
    const retryAfterMs = retryAfter(response.headers.get("retry-after"));
    return new UpstreamError(classOf(status), message(path, status, code), {
      status,
      ...(code === null ? {} : { upstreamCode: code }),
      ...(details === null ? {} : { upstreamDetails: details }),
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    });
  }

  #checkDate(response: Response, path: string): void {
    const date = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(date)) return;
    const skewMs = date - this.#options.clock.now();
    if (Math.abs(skewMs) <= MAX_SKEW_MS) {
      this.#dateAgreedAt = this.#options.clock.monotonic();
      return;
    }
    throw new UpstreamError(
      "clock_skew",
      `${path} says it is ${new Date(date).toISOString()}, ${
        Math.round(skewMs / 1000)
      } s from this machine's clock`,
      { skewMs },
    );
  }
}

/** What an answer without a type is, its text says; one of another type is none of the API. */
async function refuseOtherTypes(response: Response, path: string): Promise<void> {
  const type = (response.headers.get("content-type") ?? "").replace(/;.*/, "").trim().toLowerCase();
  if (type === "" || JSON_TYPE.test(type)) return;
  await response.body?.cancel();
  const shown = /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,60}$/.test(type) ? type : "another type";
  throw new UpstreamError("malformed", `${path} answered with ${shown}, not with JSON`, {
    path: "$",
  });
}

function parse(body: string, path: string): unknown {
  try {
    return parseJsonText(body);
  } catch {
    throw new UpstreamError("malformed", `${path} did not answer with JSON`, { path: "$" });
  }
}

function message(path: string, status: number, code: string | null): string {
  return `${path} answered ${status}${code === null ? "" : ` ${code}`}`;
}

function classOf(status: number): UpstreamErrorClass {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 429) return "rate_limited";
  if (status === 408) return "timeout";
  if (status >= 500) return "server_error";
  return "client_error";
}

/** Whole seconds only; a date would trust the clock that may be wrong. */
function retryAfter(value: string | null): number | null {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : null;
}
