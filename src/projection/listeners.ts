import type { Logger } from "@logtape/logtape";
import type { Frame } from "./frame.ts";

/** Those who are told of each new frame, in order. */
export class Listeners {
  readonly #listeners = new Set<(frame: Frame) => void>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Adds one; the answer takes it away again. */
  add(listener: (frame: Frame) => void): () => void {
    // A wrapper of its own, so that the same function may listen twice.
    const own = (frame: Frame) => listener(frame);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Tells all of a frame; one that throws does not keep it from the others. */
  tell(frame: Frame): void {
    for (const listener of this.#listeners) {
      try {
        listener(frame);
      } catch (error) {
        this.#logger.error("A listener of the projection failed", { error });
      }
    }
  }
}
