/** Policies that stand between the poller and an upstream, made of cockatiel's parts. */
import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  ConstantBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
} from "cockatiel";
import { UpstreamError, type UpstreamErrorClass } from "./source.ts";
import { sleep } from "./sleep.ts";

/** Failures that another attempt may not meet again. */
const PASSING: ReadonlySet<UpstreamErrorClass> = new Set([
  "network",
  "timeout",
  "rate_limited",
  "server_error",
]);

/** Options of {@link attempts}; milliseconds. */
export interface AttemptOptions {
  /** How long one attempt may take, its body included. */
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Upper end of the first wait; each further one is twice as long. */
  readonly initialDelayMs: number;
  /** No wait is longer, whatever the upstream asks for. */
  readonly maxDelayMs: number;
}

/** Runs a request with a timeout per attempt, and attempts again what may pass. */
export type Attempts = <T>(
  request: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
) => Promise<T>;

/**
 * Timeout per attempt; retries with exponential backoff and full jitter, or after what `Retry-After`
 * asked for. 4xx but 429, malformed answers and a wrong clock are not attempted again.
 *
 * @returns a function that throws the last {@link UpstreamError}, or the signal's reason once aborted
 */
export function attempts(options: AttemptOptions): Attempts {
  const again = retry(
    handleWhen((error) => error instanceof UpstreamError && PASSING.has(error.errorClass)),
    // The wait is inside the attempt, where the signal can end it.
    { maxAttempts: options.retries, backoff: new ConstantBackoff(0) },
  );
  const limit = timeout(options.timeoutMs, TimeoutStrategy.Aggressive);
  return (request, signal) => {
    let last: unknown = null;
    return again.execute(async ({ attempt }) => {
      signal.throwIfAborted();
      if (attempt > 0) await sleep(waitBefore(attempt, last, options), signal);
      try {
        return await limit.execute((context) => request(context.signal), signal);
      } catch (error) {
        signal.throwIfAborted();
        last = error instanceof TaskCancelledError
          ? new UpstreamError("timeout", `No whole answer within ${options.timeoutMs} ms`, {
            timeoutMs: options.timeoutMs,
          })
          : error;
        throw last;
      }
    }, signal);
  };
}

function waitBefore(attempt: number, last: unknown, options: AttemptOptions): number {
  const asked = last instanceof UpstreamError ? last.facts.retryAfterMs : undefined;
  if (typeof asked === "number") return Math.min(asked, options.maxDelayMs);
  const upper = Math.min(options.maxDelayMs, options.initialDelayMs * 2 ** (attempt - 1));
  return Math.random() * upper;
}

/**
 * The breaker of one source: opens after `threshold` failed polls in a row, and half-opens at the next
 * poll. When that is, its caller decides, by the monotonic clock: cockatiel itself goes by the wall
 * clock, and one that was ahead and is set right would keep the breaker open for as long as it was.
 */
export function pollBreaker(
  threshold: number,
): { readonly policy: CircuitBreakerPolicy; readonly failures: ConsecutiveBreaker } {
  const failures = new ConsecutiveBreaker(threshold);
  const policy = circuitBreaker(handleWhen((error) => error instanceof UpstreamError), {
    halfOpenAfter: -Infinity,
    breaker: failures,
  });
  return { policy, failures };
}
