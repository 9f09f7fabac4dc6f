/** Judging the answers of the server's HTTP side. */
import type { Clock } from "../pnl/clock.ts";
import { asRecord } from "./delivered.ts";
import { parse } from "./server_message.ts";
import { type Ending, MAX_FRAME_LENGTH } from "./transport.ts";

/** `fetch`, of the platform or another. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

/** Headers that an application adds to each request, such as `Authorization`; asked for each time. */
export type HeaderSource = () => Record<string, string> | Promise<Record<string, string>>;

/** What HTTP transports share. */
export interface HttpOptions {
  /** The server's URL, with a slash at its end. */
  readonly base: URL;
  readonly fetch: Fetch;
  readonly headers: HeaderSource;
  readonly clock: Clock;
}

/** An answer that is larger than may be kept. */
export class BodyTooLargeError extends Error {
  readonly code = "frame_too_large";
  constructor() {
    super(`Cannot read the answer: it is longer than ${MAX_FRAME_LENGTH} bytes`);
    this.name = "BodyTooLargeError";
  }
}

const MAX_PROBLEM_BYTES = 64 * 1024;
/** Statuses of the 4xx after which asking again may help. */
const PASSING = new Set([408, 425, 429]);

/** `Retry-After` (RFC 9110 §10.2.3) in milliseconds: seconds, or a date. Null where it says nothing. */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** The detail of an RFC 9457 problem, to be put behind a message; empty where there is none. */
async function detailOf(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("application/problem+json")) {
    await response.body?.cancel();
    return "";
  }
  const problem = asRecord(parse(await readText(response, MAX_PROBLEM_BYTES).catch(() => "")));
  return typeof problem?.detail === "string" ? `: ${problem.detail.slice(0, 300)}` : "";
}

/**
 * What an answer other than the wished one means for the line. A 200 that is something else, such as
 * the page of a hotel's network, passes; a 204 is how a server says that there is no stream.
 */
export async function endingOfAnswer(response: Response, nowMs: number): Promise<Ending> {
  const { status } = response;
  const retryMs = retryAfterMs(response.headers, nowMs);
  const detail = await detailOf(response);
  const lasting = status === 204 || status >= 400 && status < 500 && !PASSING.has(status);
  const kind = retryMs !== null ? "sent_away" : lasting ? "refused" : "lost";
  return {
    kind,
    code: `http_${status}`,
    message: `The server answered ${status}${detail}`,
    retryMs,
  };
}

/** The ending of a line whose request failed. */
export function endingOfError(error: unknown): Ending {
  const code = error instanceof Error && "code" in error && error.code === "frame_too_large"
    ? "frame_too_large"
    : "unreachable";
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "lost", code, message: message.slice(0, 500), retryMs: null };
}

/**
 * The text of a body.
 *
 * @throws {BodyTooLargeError}
 */
export async function readText(response: Response, limit = MAX_FRAME_LENGTH): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > limit) {
      await reader.cancel();
      throw new BodyTooLargeError();
    }
    text += decoder.decode(value, { stream: true });
  }
}
