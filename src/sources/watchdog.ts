/** Ends work that makes no progress. */
import { UpstreamError } from "./source.ts";

/** A signal that aborts with its parent, or when nothing was heard for a time. */
export class Watchdog implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #limitMs: number;
  readonly #onAbort = () => this.#controller.abort(this.#parent.reason);
  #timer: ReturnType<typeof setTimeout>;

  /**
   * @param parent ends it at once
   * @param limitMs ends it when {@link heard} was not called for so long
   */
  constructor(parent: AbortSignal, limitMs: number) {
    this.#parent = parent;
    this.#limitMs = limitMs;
    this.#timer = this.#arm();
    if (parent.aborted) this.#onAbort();
    else parent.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something arrived: the time begins anew. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#arm();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener("abort", this.#onAbort);
  }

  #arm(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#controller.abort(
        new UpstreamError("timeout", `No progress within ${this.#limitMs} ms`, {
          limitMs: this.#limitMs,
        }),
      );
    }, this.#limitMs);
  }
}
