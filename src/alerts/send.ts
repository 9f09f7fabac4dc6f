/** One attempt to deliver a message to a webhook. */
import { signedHeaders } from "./signature.ts";

/** A receiver has so long to answer, milliseconds; the specification suggests 15 to 30 s. */
const TIMEOUT_MS = 20_000;

/** A webhook with its secrets. */
export interface Receiver {
  readonly name: string;
  readonly url: string;
  /** The newest first; more than one while one replaces another. */
  readonly secrets: readonly Uint8Array<ArrayBuffer>[];
}

/** What is sent. */
export interface Message {
  readonly id: string;
  readonly body: string;
}

/** What came of an attempt. */
export interface Outcome {
  readonly delivered: boolean;
  /** `status 200`, `redirect 302`, `timeout` or `network`: words without the address. */
  readonly result: string;
  /** The receiver wants no more (410). */
  readonly gone: boolean;
  /** It is asked too much (429, 502, 504, or `Retry-After`): other messages have to wait too. */
  readonly busy: boolean;
  /** How long the receiver asked to be left alone; null where it did not. */
  readonly retryAfterMs: number | null;
}

/** Options of {@link send}. */
export interface SendOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

function failed(result: string): Outcome {
  return { delivered: false, result, gone: false, busy: false, retryAfterMs: null };
}

/** Of who has too much to do. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 504]);

/** A date as RFC 9110 (5.6.7) has it: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** How long `Retry-After` asks to wait, in seconds or until a date; null where it is neither. */
function waitAsked(retryAfter: string, now: number): number | null {
  if (/^\d{1,6}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const until = HTTP_DATE.test(retryAfter) ? Date.parse(retryAfter) : NaN;
  return Number.isNaN(until) ? null : Math.max(0, until - now);
}

function outcomeOf(response: Response, now: number): Outcome {
  const { status, ok } = response;
  const retryAfterMs = waitAsked(response.headers.get("retry-after") ?? "", now);
  return {
    delivered: ok,
    result: `${status >= 300 && status < 400 ? "redirect" : "status"} ${status}`,
    gone: status === 410,
    busy: !ok && (BUSY.has(status) || retryAfterMs !== null),
    retryAfterMs,
  };
}

/**
 * Sends a message once. A redirect is not followed, and the body of the answer is not read.
 *
 * @throws the signal's reason where it was aborted
 */
export async function send(
  { url, secrets }: Receiver,
  { id, body }: Message,
  { now, signal, timeoutMs = TIMEOUT_MS }: SendOptions,
): Promise<Outcome> {
  const timestamp = Math.floor(now / 1000);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "pnl-stream",
        ...signedHeaders({ id, timestamp, body }, secrets),
      },
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
    });
    const outcome = outcomeOf(response, now);
    await response.body?.cancel();
    return outcome;
  } catch {
    signal.throwIfAborted();
    // What the runtime says names the address, which may hold a secret.
    return failed(timeout.aborted ? "timeout" : "network");
  }
}
