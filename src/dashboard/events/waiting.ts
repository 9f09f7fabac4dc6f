/** Events that have come and are not shown yet: because the page paints now and then, or is paused. */

/** More than this are not kept, only counted: then the list is read anew. */
const MOST_KEPT = 200;

/** What waits. Keeps the newest no longer than it may, and counts all. */
export class Waiting<Item> {
  #items: Item[] = [];
  #count = 0;

  /** How many wait, kept or not. */
  get count(): number {
    return this.#count;
  }

  /** Adds one. */
  add(item: Item): void {
    this.#count += 1;
    if (this.#count <= MOST_KEPT) this.#items.push(item);
    else this.#items = [];
  }

  /** Everything that waits, the oldest first, and empties itself; null where it was more than is kept. */
  take(): readonly Item[] | null {
    const items = this.#items.length === this.#count ? this.#items : null;
    this.#items = [];
    this.#count = 0;
    return items;
  }
}
