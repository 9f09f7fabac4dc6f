/** One snapshot on its way to many subscribers, encoded at most once per wire format. */
import { formatStreamPosition, type Frame } from "../projection/frame.ts";
import type { TierEntry, TierName } from "../projection/tier.ts";

/**
 * Adds `served` to what a tier holds.
 *
 * @param isOld a newer one is known: what confirms that one says nothing of this
 * @returns its JSON with `served`, on one line
 */
export type Serve = (entry: TierEntry, from: TierName, isOld?: boolean) => string;

const UTF8 = new TextEncoder();

/** A dressed snapshot, ready to be sent. Encodings are made when first asked for, then shared. */
export class Broadcast {
  readonly frame: Frame;
  /** The stream position, `epoch:offset`. */
  readonly position: string;
  /** A tick: it is sent again to those who have it. */
  readonly repeats: boolean;
  readonly #data: string;
  #webSocketText: string | null = null;
  #webSocketBytes: number | null = null;
  #sseBytes: Uint8Array | null = null;

  /**
   * @param frame what is sent
   * @param data JSON of the snapshot with `served`, on one line
   * @param repeats a tick, which is sent again to those who have it
   */
  constructor(frame: Frame, data: string, repeats = false) {
    this.frame = frame;
    this.repeats = repeats;
    this.position = formatStreamPosition(frame);
    this.#data = data;
  }

  /** The text frame of `pnl.v1`. */
  get webSocketText(): string {
    return this.#webSocketText ??=
      `{"type":"snapshot","pos":"${this.position}","data":${this.#data}}`;
  }

  /** How many bytes that is. */
  get webSocketBytes(): number {
    return this.#webSocketBytes ??= UTF8.encode(this.webSocketText).length;
  }

  /** The server-sent event. One array for all subscribers: nobody may write to it. */
  get sseBytes(): Uint8Array {
    return this.#sseBytes ??= UTF8.encode(
      `event: snapshot\nid: ${this.position}\ndata: ${this.#data}\n\n`,
    );
  }
}
