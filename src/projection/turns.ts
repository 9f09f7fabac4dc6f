/** Steps that may wait, one after the other: the next begins when the one before has ended. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs a step when it is its turn. Its failure is the caller's, not the next one's. */
  take<T>(step: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when all steps taken so far have ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
