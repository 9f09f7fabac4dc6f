/** Readings that may each fail without the others: what failed is kept, to be told at the end. */
import { isRefusal } from "./kalshi_accounts.ts";
import type { Asking } from "./kalshi_client.ts";
import { UpstreamError, type UpstreamErrorClass } from "./source.ts";
import { Watchdog } from "./watchdog.ts";

/** Failures that whatever is asked next would meet too. */
const UNREACHABLE: ReadonlySet<UpstreamErrorClass> = new Set([
  "network",
  "timeout",
  "rate_limited",
  "clock_skew",
]);
/** Each of these took all of its retries: more of them would hold up the facts. */
const MAX_SERVER_ERRORS = 3;
/** A reading that nothing answers is given up in half the time that its poll has: the facts come after it. */
const NO_ANSWER_MS = 60_000;

/** Attempts readings one after the other. */
export class BestEffort {
  readonly #asking: Asking;
  readonly #noAnswerMs: number;
  readonly #failures: UpstreamError[] = [];
  #serverErrors = 0;
  #ended = false;

  /**
   * @param asking of the poll; its end is no failure of a reading
   * @param noAnswerMs a reading that hears nothing for so long has failed
   */
  constructor(asking: Asking, noAnswerMs = NO_ANSWER_MS) {
    this.#asking = asking;
    this.#noAnswerMs = noAnswerMs;
  }

  /** What failed so far. */
  get failures(): readonly UpstreamError[] {
    return this.#failures;
  }

  /**
   * Runs `read`, unless what failed before says that it would be in vain.
   *
   * @param read what it hears is progress of the poll, but no rows of a backfill
   * @returns null where it failed or was not run
   * @throws the signal's reason, and what is not an {@link UpstreamError}
   */
  async attempt<T>(read: (asking: Asking) => Promise<T>): Promise<T | null> {
    if (this.#ended) return null;
    const { signal, progress } = this.#asking;
    using watchdog = new Watchdog(signal, this.#noAnswerMs);
    try {
      return await read({
        signal: watchdog.signal,
        progress: () => {
          watchdog.heard();
          progress(0);
        },
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UpstreamError)) throw error;
      this.#failures.push(error);
      if (error.errorClass === "server_error") this.#serverErrors += 1;
      this.#ended = UNREACHABLE.has(error.errorClass) || this.#serverErrors >= MAX_SERVER_ERRORS;
      return null;
    }
  }
}

/** The failure to tell of several: a refusal last, for it is no fault of the upstream. */
export function gravest(failures: readonly UpstreamError[]): UpstreamError | null {
  return failures.find((failure) => !isRefusal(failure)) ?? failures[0] ?? null;
}
