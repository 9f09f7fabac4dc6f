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

/** Written over when it is forgotten: thousands of peers would leave much garbage with each broadcast. */
interface SentFrame {
  channel: Channel;
  offset: number;
  bytes: number;
  at: number;
}

/** Positions of a channel that were sent: the least, and the greatest that is not under way any more. */
interface Past {
  lowest: number;
  retired: number;
}

const NOTHING = { bytes: 0, newestAt: 0, positionAt: 0 };

/** The frames under way, oldest first. */
export class SentFrames {
  readonly #frames: SentFrame[] = [];
  readonly #past: Readonly<Record<Channel, Past>> = {
    pnl: { lowest: Infinity, retired: -1 },
    events: { lowest: Infinity, retired: -1 },
  };
  #bytes = 0;

  /** How many are under way. */
  get size(): number {
    return this.#frames.length;
  }

  /** Their bytes together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When the oldest of them was sent; null where none is under way. */
  get oldestAt(): number | null {
    return this.#frames[0]?.at ?? null;
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
    const past = this.#past[channel];
    past.lowest = Math.min(past.lowest, offset);
    let spare: SentFrame | undefined;
    while (this.#frames.length >= most) spare = this.#retire();
    if (spare === undefined) this.#frames.push({ channel, offset, bytes, at });
    else {
      spare.channel = channel;
      spare.offset = offset;
      spare.bytes = bytes;
      spare.at = at;
      this.#frames.push(spare);
    }
    this.#bytes += bytes;
  }

  /**
   * A position has arrived, and all that was sent before it. Of a position that was sent more than once
   * the last is meant: a peer that says one word for several must not stay in debt.
   */
  acknowledge(channel: Channel, offset: number): Acknowledged {
    const index = this.#lastIndex(channel, offset);
    const found = this.#frames[index];
    if (found === undefined) {
      const { lowest, retired } = this.#past[channel];
      const old = offset >= lowest && offset <= retired;
      return { outcome: old ? "old" : "unknown", ...NOTHING };
    }
    const positionAt = this.#frames
      .find((frame) => frame.channel === channel && frame.offset === offset)?.at ?? found.at;
    const before = this.#bytes;
    for (let count = 0; count <= index; count++) this.#retire();
    return { outcome: "fresh", bytes: before - this.#bytes, newestAt: found.at, positionAt };
  }

  #lastIndex(channel: Channel, offset: number): number {
    let index = this.#frames.length - 1;
    for (; index >= 0; index--) {
      const frame = this.#frames[index];
      if (frame?.channel === channel && frame.offset === offset) break;
    }
    return index;
  }

  #retire(): SentFrame | undefined {
    const frame = this.#frames.shift();
    if (frame === undefined) return undefined;
    this.#bytes -= frame.bytes;
    const past = this.#past[frame.channel];
    past.retired = Math.max(past.retired, frame.offset);
    return frame;
  }
}
