/** Waiting for the next append. */
import type { LogLine, SubscribeOptions } from "./event_log.ts";

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
  /** A page of lines after a position. */
  page(after: number, limit: number): readonly LogLine[];
  readonly isClosed: boolean;
  readonly appended: Wakeup;
  /** Look again after this long even if nobody woke us: where another process appends. */
  readonly pollMs?: number;
}

/**
 * Lines after a position, for ever: a batch, then the next as soon as it is appended. Ends when the log
 * closes or the signal aborts.
 */
export async function* subscribeTo(
  log: Subscribable,
  { after = 0, batch = 1_000, signal }: SubscribeOptions,
): AsyncGenerator<readonly LogLine[], void> {
  let position = after;
  while (!signal.aborted && !log.isClosed) {
    // Reading and beginning to wait are one synchronous step: no append can fall in between.
    const lines = log.page(position, batch);
    const last = lines.at(-1);
    if (last === undefined) {
      await log.appended.wait(signal, log.pollMs);
    } else {
      position = last.position;
      yield lines;
    }
  }
}
