/** The end of the log for many readers: one subscription wakes them all. */
import { getLogger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";

const log = getLogger(["pnl", "stream"]);

/** Readers woken before other work gets its turn. */
const BURST = 100;
/** After a failure the log is tried again this much later, milliseconds. */
const RETRY_MS = 1_000;

/** Wakes readers when the log has grown. Follows the log only while somebody listens. */
export class LogTail {
  readonly log: EventLog;
  readonly #listeners = new Set<() => void>();
  #ending: AbortController | null = null;

  constructor(log: EventLog) {
    this.log = log;
  }

  /**
   * Calls the listener after each append, and where the log cannot be followed: it learns why when it
   * reads. It must not throw.
   *
   * @returns what ends it; doing it twice is harmless
   */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#ending === null) {
      this.#ending = new AbortController();
      void this.#follow(this.#ending.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#ending?.abort();
      this.#ending = null;
    };
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const after = this.log.head().position;
        for await (const _ of this.log.subscribe({ after, signal })) await this.#wake(signal);
        // The log was closed, or nobody listens.
        return;
      } catch (error) {
        log.error("Cannot follow the log: {error}", { error });
      }
      await this.#wake(signal);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #wake(signal: AbortSignal): Promise<void> {
    let woken = 0;
    for (const listener of this.#listeners) {
      if (signal.aborted) return;
      listener();
      woken += 1;
      if (woken % BURST === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}
