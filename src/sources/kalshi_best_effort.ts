/** Readings that may each fail without the others: what failed is kept, to be told at the end. */
import { isRefusal } from "./kalshi_accounts.ts";
import { UpstreamError, type UpstreamErrorClass } from "./source.ts";

/** Failures that whatever is asked next would meet too. */
const UNREACHABLE: ReadonlySet<UpstreamErrorClass> = new Set([
  "network",
  "timeout",
  "rate_limited",
  "clock_skew",
]);
/** Each of these took all of its retries: more of them would hold up the facts. */
const MAX_SERVER_ERRORS = 3;

/** Attempts readings one after the other. */
export class BestEffort {
  readonly #signal: AbortSignal;
  readonly #failures: UpstreamError[] = [];
  #serverErrors = 0;
  #ended = false;

  /** @param signal of the poll; its end is no failure of a reading */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** What failed so far. */
  get failures(): readonly UpstreamError[] {
    return this.#failures;
  }

  /**
   * Runs `read`, unless what failed before says that it would be in vain.
   *
   * @returns null where it failed or was not run
   * @throws the signal's reason, and what is not an {@link UpstreamError}
   */
  async attempt<T>(read: () => Promise<T>): Promise<T | null> {
    if (this.#ended) return null;
    try {
      return await read();
    } catch (error) {
      this.#signal.throwIfAborted();
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
