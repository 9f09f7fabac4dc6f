/** The sources for many readers: looked at once for all, told when something has changed. */
import type { Clock } from "../pnl/clock.ts";
import { isStale } from "../projection/served.ts";
import type { SourceStatus } from "../sources/status.ts";

/** The sources are looked at this often while somebody watches. */
const LOOK_MS = 250;

/** Tells readers when the sources are other than before. Looks only while somebody watches. */
export class SourceWatch {
  readonly #statuses: () => readonly SourceStatus[];
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | null = null;
  /** What readers have been told, without what changes with each poll. */
  #told = "";

  constructor(statuses: () => readonly SourceStatus[], clock: Clock) {
    this.#statuses = statuses;
    this.#clock = clock;
  }

  /** State, freshness and breaker by name, of those that are configured: JSON on one line. */
  current(): string {
    return this.#describe(({ lastSuccessAt }) => ({ lastSuccessAt }));
  }

  /**
   * Calls the listener after each change. It must not throw.
   *
   * @returns what ends it; doing it twice is harmless
   */
  watch(listener: () => void): () => void {
    if (this.#timer === null) {
      this.#told = this.#describe();
      this.#timer = setInterval(() => this.#look(), LOOK_MS);
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  #look(): void {
    const now = this.#describe();
    if (now === this.#told) return;
    this.#told = now;
    for (const listener of this.#listeners) listener();
  }

  #describe(more: (status: SourceStatus) => object = () => ({})): string {
    const now = this.#clock.now();
    const sources = this.#statuses().filter(({ state }) => state !== "not_configured")
      .map((status) => {
        const { state, breaker } = status;
        return [status.name, { state, stale: isStale(status, now), ...more(status), breaker }];
      });
    return JSON.stringify(Object.fromEntries(sources));
  }
}
