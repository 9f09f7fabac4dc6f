/** Waiting for the next append. */
import type { EventLog, LogLine, SubscribeOptions } from "./event_log.ts";
import { checkSubscription } from "./read_options.ts";

/** Wakes everybody who waits, at once. */
export class Wakeup {
  readonly #waiting = new Set<() => void>();

  /** Ends all waits. */
  wake(): void {
    for (const end of [...this.#waiting]) end();
  }

  /** Resolves at the next {@link wake}, when the signal aborts, or after `timeoutMs`. Never rejects. */
  wait(signal: AbortSignal, timeoutMs?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      this.#waiting.delete(end);
      signal.removeEventListener("abort", end);
      clearTimeout(timer);
      resolve();
    };
    this.#waiting.add(end);
    signal.addEventListener("abort", end);
    if (timeoutMs !== undefined) timer = setTimeout(end, timeoutMs);
    if (signal.aborted) end();
    return promise;
  }
}

/** What a subscription needs of a log. */
export interface Subscribable {
  readonly log: Pick<EventLog, "read">;
  /** True from the log's closing on. */
  readonly isClosed: () => boolean;
  readonly appended: Wakeup;
  /** Look again after this long even if nobody woke us: where another process appends. */
  readonly pollMs?: number;
}

/**
 * Lines after a position, for ever: a batch, then the next as soon as it is appended. Ends when the log
 * closes or the signal aborts.
 *
 * @throws {RangeError} where an option is out of its range
 */
export function subscribeTo(
  subscribable: Subscribable,
  options: SubscribeOptions,
): AsyncIterable<readonly LogLine[]> {
  checkSubscription(options);
  return follow(subscribable, options);
}

async function* follow(
  { log, isClosed, appended, pollMs }: Subscribable,
  { after = 0, batch = 1_000, signal }: SubscribeOptions,
): AsyncGenerator<readonly LogLine[], void> {
  let position = after;
  while (!signal.aborted && !isClosed()) {
    // Reading and beginning to wait are one synchronous step: no append can fall in between.
    const lines = log.read({ after: position, limit: batch });
    const last = lines.at(-1);
    if (last === undefined) {
      await appended.wait(signal, pollMs);
    } else {
      position = last.position;
      yield lines;
    }
  }
}
