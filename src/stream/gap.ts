/** A gap that is being filled: the finals after a position, read as fast as they are sent. */
import type { Broadcast } from "./broadcast.ts";
import type { Hub } from "./hub.ts";

/** Finals read at a time. */
const PAGE = 16;
/** A peer that has let no final through for so long is not waited for. */
const PATIENCE_MS = 5_000;

/** Reads the finals after an offset one by one, up to the end. */
export class Gap {
  readonly #hub: Pick<Hub, "finalsAfter">;
  #filled: number;
  #page: Broadcast[] = [];
  #movedAt: number;

  /** @param after the offset that the peer has */
  constructor(hub: Pick<Hub, "finalsAfter">, after: number, now: number) {
    this.#hub = hub;
    this.#filled = after;
    this.#movedAt = now;
  }

  /** The next final, or undefined at the end. */
  first(): Broadcast | undefined {
    if (this.#page.length === 0) this.#page = this.#hub.finalsAfter(this.#filled, PAGE);
    return this.#page[0];
  }

  /** The next final is sent. */
  shift(now: number): void {
    const sent = this.#page.shift();
    if (sent === undefined) return;
    this.#filled = sent.frame.offset;
    this.#movedAt = now;
  }

  /** True where nothing has been sent for too long. */
  isStuck(now: number): boolean {
    return now - this.#movedAt > PATIENCE_MS;
  }
}
