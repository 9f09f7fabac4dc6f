/** Listeners that cannot disturb each other. */

/** A set of listeners. What one throws is reported by the platform and does not reach the others. */
export class Listeners<Value> {
  readonly #listeners = new Set<{ readonly listener: (value: Value) => void }>();

  /**
   * Adds a listener; the same one twice is told twice.
   *
   * @returns removes it
   */
  add(listener: (value: Value) => void): () => void {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Tells all who listen now. */
  tell(value: Value): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        // Reported as uncaught, outside of the client's own work.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
