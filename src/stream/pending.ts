/** What waits for a subscriber: every final up to a bound, and only the newest of all the rest. */
import type { Broadcast } from "./broadcast.ts";

/**
 * A bounded queue that conflates: a newer snapshot takes the place of a provisional one that still
 * waits, finals are kept up to `maxFinals`, and beyond that the oldest goes.
 */
export class Pending {
  readonly #maxFinals: number;
  readonly #queue: Broadcast[] = [];

  /** @param maxFinals how many finals may wait */
  constructor(maxFinals: number) {
    this.#maxFinals = maxFinals;
  }

  /** How many wait. */
  get size(): number {
    return this.#queue.length;
  }

  /** The oldest that waits. */
  get first(): Broadcast | undefined {
    return this.#queue[0];
  }

  /** Adds a broadcast. Returns how many that waited will never be sent: 0 or 1, or 2. */
  add(broadcast: Broadcast): number {
    let conflated = 0;
    const last = this.#queue.at(-1);
    // A final gives way only to itself: a tick repeats it, or it was read before it was told.
    if (
      last !== undefined && (!last.frame.final || last.frame.offset === broadcast.frame.offset)
    ) {
      this.#queue.pop();
      conflated += 1;
    }
    this.#queue.push(broadcast);
    if (this.#queue.length > this.#maxFinals + 1) {
      this.#queue.shift();
      conflated += 1;
    }
    return conflated;
  }

  /** True where adding a broadcast would push the oldest final out. */
  pushesOut({ frame }: Broadcast): boolean {
    const last = this.#queue.at(-1)?.frame;
    return this.isFull && last?.final === true && last.offset !== frame.offset;
  }

  /** Takes the oldest that waits. */
  take(): Broadcast | undefined {
    return this.#queue.shift();
  }

  /** Takes all that waits, oldest first. */
  takeAll(): Broadcast[] {
    return this.#queue.splice(0);
  }

  /** True where there is room for nothing but what takes the place of the last. */
  get isFull(): boolean {
    return this.#queue.length > this.#maxFinals;
  }

  /** Forgets all but the newest. Returns what that was. */
  keepNewest(): Broadcast[] {
    return this.#queue.splice(0, this.#queue.length - 1);
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#queue.length = 0;
  }
}
