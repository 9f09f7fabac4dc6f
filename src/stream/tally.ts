/** How many of each there are. */

/** Counts by name; null is not counted. Holds no name of which there is none. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** How many there are; 0 for null. */
  of(name: string | null): number {
    return name === null ? 0 : this.#counts.get(name) ?? 0;
  }

  /** One more. */
  add(name: string | null): void {
    if (name !== null) this.#counts.set(name, this.of(name) + 1);
  }

  /** One less. */
  remove(name: string | null): void {
    if (name === null) return;
    const left = this.of(name) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }
}
