/** Helpers of the sandbox's tests: a clock to step, and a signing client written apart from `src/sources`. */
import { constants, createSign } from "node:crypto";
import type { Clock } from "../pnl/clock.ts";
import type { Sandbox } from "./sandbox.ts";

/** A clock that stands until it is moved. */
export class StepClock implements Clock {
  #elapsed = 0;

  /** @param start milliseconds since the epoch; default noon of a day in 2026 */
  constructor(readonly start = Date.UTC(2026, 10, 22, 12)) {}

  /** Start and what was added since. */
  now(): number {
    return this.start + this.#elapsed;
  }

  /** As {@link now}, from zero. */
  monotonic(): number {
    return this.#elapsed;
  }

  /** Moves the clock on. */
  add(ms: number): void {
    this.#elapsed += ms;
  }
}

/** How a signature is made; the defaults are right. */
export interface Signing {
  readonly timestamp?: number;
  /** What is signed as the path; default the path without the query. */
  readonly path?: string;
  readonly salt?: number;
  readonly keyId?: string;
}

/** The venue's three headers for a GET of `url`. */
export function signedHeaders(
  sandbox: Sandbox,
  url: URL,
  now: number,
  signing: Signing = {},
): Record<string, string> {
  const timestamp = String(signing.timestamp ?? now);
  const signature = createSign("RSA-SHA256")
    .update(`${timestamp}GET${signing.path ?? url.pathname}`)
    .sign({
      key: sandbox.kalshi.privateKeyPem,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: signing.salt ?? 32,
    }, "base64");
  return {
    "kalshi-access-key": signing.keyId ?? sandbox.kalshi.keyId,
    "kalshi-access-timestamp": timestamp,
    "kalshi-access-signature": signature,
  };
}

/** What `JSON.parse` gives: bodies of every shape, which assertions take apart. */
export type Parsed = ReturnType<typeof JSON.parse>;

/** An answer, its body read. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Parsed;
}

/** Gets a URL; `body` is null where the text is not JSON. */
export async function get(url: string | URL, headers: Record<string, string> = {}): Promise<Got> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Left null: some answers are plain text on purpose.
  }
  return { status: response.status, headers: response.headers, text, body };
}

/** A signed GET of a path of the venue's API, such as `/portfolio/fills?limit=5`. */
export function venue(
  sandbox: Sandbox,
  clock: Clock,
  path: string,
  signing?: Signing,
): Promise<Got> {
  const url = new URL(`${sandbox.kalshi.baseUrl}${path}`);
  return get(url, signedHeaders(sandbox, url, clock.now(), signing));
}

/** All rows of a paged list of the venue, in the order sent, from the cursor `start` on. Fails after 1,000 pages. */
export async function venueRows(
  s: Sandbox,
  clock: Clock,
  path: string,
  name: string,
  start = "",
): Promise<Parsed[]> {
  const rows = [];
  let cursor = start;
  for (let page = 0; page < 1_000; page += 1) {
    const join = path.includes("?") ? "&" : "?";
    const next = cursor === "" ? path : `${path}${join}cursor=${encodeURIComponent(cursor)}`;
    const { status, text, body } = await venue(s, clock, next);
    if (status !== 200) throw new Error(`${next} answered ${status} ${text}`);
    rows.push(...body[name]);
    cursor = body.cursor;
    if (cursor === "") return rows;
  }
  throw new Error(`${path} has no end`);
}

/** A decimal text in units of 10^-`scale`, for exact sums in tests. */
export function units(text: string, scale = 6): bigint {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  if (fraction.length > scale) throw new RangeError(`${text} is finer than 10^-${scale}`);
  const value = BigInt(whole + fraction.padEnd(scale, "0"));
  return text.startsWith("-") ? -value : value;
}
