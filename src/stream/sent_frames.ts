/** What was sent to a peer and is not known to have arrived. */

/** What a frame is a position of. */
export type Channel = "pnl" | "events";

/** What an acknowledgement says. */
export type AckOutcome =
  /** A frame that was under way has arrived, and all before it. */
  | "fresh"
  /** It is of a frame that is not under way any more. */
  | "old"
  /** No such position was sent. */
  | "unknown";

/** An acknowledgement, understood. Bytes and times are of the frames that it tells of. */
export interface Acknowledged {
  readonly outcome: AckOutcome;
  readonly bytes: number;
  /** When the newest of them was sent. */
  readonly newestAt: number;
  /** When its position was first sent, of those under way: a position may be sent again. */
  readonly positionAt: number;
}

const NOTHING = { bytes: 0, newestAt: 0, positionAt: 0 };

/** Offsets of a channel that are not under way any more. */
class Past {
  #lowest = -1;
  #highest = -1;

  add(offset: number): void {
    if (offset > this.#highest) this.#highest = offset;
    if (offset < this.#lowest || this.#lowest < 0) this.#lowest = offset;
  }

  /** True between the least and the greatest: which of these were sent is not remembered. */
  covers(offset: number): boolean {
    return offset >= this.#lowest && offset <= this.#highest;
  }
}

/** A frame takes so many numbers of the ring, and each has its place among them. */
const STRIDE = 4;
const CHANNEL = 0;
const OFFSET = 1;
const BYTES = 2;
const AT = 3;
/** How a channel is written there. */
const CODES: Readonly<Record<Channel, number>> = { pnl: 0, events: 1 };
/** Frames that there is room for at first. A power of two, and so it stays: room is doubled. */
const FIRST_ROOM = 4;

/**
 * The frames under way, oldest first. They lie in a ring of whole numbers, times too: a broadcast adds one for
 * each of thousands of peers, so it touches little memory of each and leaves no garbage.
 */
export class SentFrames {
  #ring = new Array<number>(FIRST_ROOM * STRIDE).fill(0);
  /** Which place of the ring the oldest has. */
  #oldest = 0;
  #size = 0;
  #bytes = 0;
  readonly #pastPnl = new Past();
  readonly #pastEvents = new Past();

  /** How many are under way. */
  get size(): number {
    return this.#size;
  }

  /** Their bytes together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When the oldest of them was sent; null where none is under way. */
  get oldestAt(): number | null {
    return this.#size === 0 ? null : this.#get(0, AT);
  }

  /** True where a frame of that position is under way. */
  has(channel: Channel, offset: number): boolean {
    return this.#lastIndex(channel, offset) >= 0;
  }

  /**
   * Adds a frame.
   *
   * @param most beyond so many the oldest are forgotten, as if they had arrived
   */
  add(channel: Channel, offset: number, bytes: number, at: number, most: number): void {
    while (this.#size >= most) this.#retire();
    if (this.#size * STRIDE === this.#ring.length) this.#grow();
    const start = this.#start(this.#size);
    this.#ring[start + CHANNEL] = CODES[channel];
    this.#ring[start + OFFSET] = offset;
    this.#ring[start + BYTES] = bytes;
    this.#ring[start + AT] = Math.floor(at);
    this.#size += 1;
    this.#bytes += bytes;
  }

  /**
   * A position has arrived, and all that was sent before it. Of a position that was sent more than once
   * the last is meant: a peer that says one word for several must not stay in debt.
   */
  acknowledge(channel: Channel, offset: number): Acknowledged {
    const index = this.#lastIndex(channel, offset);
    if (index < 0) {
      const past = channel === "pnl" ? this.#pastPnl : this.#pastEvents;
      return { outcome: past.covers(offset) ? "old" : "unknown", ...NOTHING };
    }
    const newestAt = this.#get(index, AT);
    const positionAt = this.#get(this.#firstIndex(channel, offset), AT);
    const before = this.#bytes;
    for (let count = 0; count <= index; count++) this.#retire();
    return { outcome: "fresh", bytes: before - this.#bytes, newestAt, positionAt };
  }

  /** Where the frame begins that has so many older ones under way. */
  #start(index: number): number {
    return (this.#oldest + index) * STRIDE & this.#ring.length - 1;
  }

  #get(index: number, what: number): number {
    return this.#ring[this.#start(index) + what]!;
  }

  #is(index: number, channel: Channel, offset: number): boolean {
    return this.#get(index, CHANNEL) === CODES[channel] && this.#get(index, OFFSET) === offset;
  }

  #firstIndex(channel: Channel, offset: number): number {
    let index = 0;
    while (index < this.#size && !this.#is(index, channel, offset)) index++;
    return index;
  }

  #lastIndex(channel: Channel, offset: number): number {
    let index = this.#size - 1;
    while (index >= 0 && !this.#is(index, channel, offset)) index--;
    return index;
  }

  #grow(): void {
    const start = this.#start(0);
    const inOrder = [...this.#ring.slice(start), ...this.#ring.slice(0, start)];
    this.#ring = inOrder.concat(new Array<number>(inOrder.length).fill(0));
    this.#oldest = 0;
  }

  #retire(): void {
    const start = this.#start(0);
    const past = this.#ring[start + CHANNEL] === CODES.pnl ? this.#pastPnl : this.#pastEvents;
    past.add(this.#ring[start + OFFSET]!);
    this.#bytes -= this.#ring[start + BYTES]!;
    this.#oldest = this.#oldest + 1 & this.#ring.length / STRIDE - 1;
    this.#size -= 1;
  }
}
