/** A gap that is being filled: the finals after a position, read as fast as they are sent. */
import type { Broadcast } from "./broadcast.ts";
import type { Hub } from "./hub.ts";
import type { ResetReason } from "./resume.ts";

/** Finals read at a time. */
const PAGE = 16;
/** A peer that has let no final through for so long is not waited for. */
const PATIENCE_MS = 5_000;

/** What a gap is filled from. */
type Source = Pick<Hub, "epoch" | "faultAt" | "finalsAfter">;

/** Reads the finals after an offset one by one, up to the end or to where some are missing. */
export class Gap {
  readonly #hub: Source;
  /** Of the stream in which the gap is: another may have begun before it is filled. */
  readonly #epoch: string;
  #filled: number;
  #fault: ResetReason | null = null;
  #page: Broadcast[] = [];
  #movedAt: number;
  #sent = -1;
  /** The first final that was offered while the gap was filled, and how many of these were not sent yet. */
  #firstLeft = Infinity;
  #left = 0;

  /** @param after the offset that the peer has */
  constructor(hub: Source, after: number, now: number) {
    this.#hub = hub;
    this.#epoch = hub.epoch;
    this.#filled = after;
    this.#movedAt = now;
  }

  /** The next final; undefined at the end, and where there is a {@link fault}. */
  first(): Broadcast | undefined {
    if (this.#page.length === 0) {
      this.#fault = this.#hub.faultAt({ epoch: this.#epoch, offset: this.#filled });
      if (this.#fault === null) this.#page = this.#hub.finalsAfter(this.#filled, PAGE);
    }
    return this.#page[0];
  }

  /** Why the rest cannot be filled any more, as {@link first} found; null where nothing is missing. */
  get fault(): ResetReason | null {
    return this.#fault;
  }

  /** The next final is sent. */
  shift(now: number): void {
    const sent = this.#page.shift();
    if (sent === undefined) return;
    this.#filled = sent.frame.offset;
    this.#sent = sent.frame.offset;
    if (this.#sent >= this.#firstLeft) this.#left = Math.max(0, this.#left - 1);
    this.#movedAt = now;
  }

  /** The offset that was sent last; -1 where nothing was. */
  get sent(): number {
    return this.#sent;
  }

  /** Finals that were left to the gap and not sent: so many are lost where it is given up. */
  get left(): number {
    return this.#left;
  }

  /**
   * Something live comes while the gap is filled: a final is read with the rest of it.
   *
   * @returns how many frames are not sent, for what is current at the end takes their place
   */
  leave({ frame }: Broadcast): number {
    if (!frame.final) return 1;
    if (frame.offset > this.#filled) {
      this.#firstLeft = Math.min(this.#firstLeft, frame.offset);
      this.#left += 1;
    }
    return 0;
  }

  /** True where nothing has been sent for too long. */
  isStuck(now: number): boolean {
    return now - this.#movedAt > PATIENCE_MS;
  }
}
