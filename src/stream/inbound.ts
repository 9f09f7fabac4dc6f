/** How much one client may send. */
import { Allowance } from "./allowance.ts";

/** Frames that a client may send at once, then so many a second; `subscribe` costs as many as 20 more. */
const BURST_FRAMES = 200;
const FRAMES_PER_SECOND = 50;
const SUBSCRIBE_COST = 20;
/** Bytes that a client may send at once, then so many a second. */
const BURST_BYTES = 128 * 1024;
const BYTES_PER_SECOND = 16 * 1024;

function sizeOf(data: unknown): number {
  if (typeof data === "string") return data.length;
  if (data instanceof ArrayBuffer) return data.byteLength;
  return data instanceof Blob ? data.size : 0;
}

/** Watches what a client sends. */
export class Inbound {
  readonly #frames: Allowance;
  readonly #bytes: Allowance;
  #heardAt: number;

  /** @param now a monotonic time, in milliseconds */
  constructor(now: number) {
    this.#frames = new Allowance(BURST_FRAMES, FRAMES_PER_SECOND, now);
    this.#bytes = new Allowance(BURST_BYTES, BYTES_PER_SECOND, now);
    this.#heardAt = now;
  }

  /** A frame came. Returns the limit that it exceeds, or null. */
  receive(data: unknown, now: number): "frames" | "bytes" | null {
    this.#heardAt = now;
    if (!this.#frames.take(1, now)) return "frames";
    return this.#bytes.take(sizeOf(data), now) ? null : "bytes";
  }

  /** It asks for something that is work. Returns the limit that it exceeds, or null. */
  subscribe(now: number): "frames" | null {
    return this.#frames.take(SUBSCRIBE_COST, now) ? null : "frames";
  }

  /** The frame that came acknowledges what was sent: there are no more of these than the server sends. */
  forgive(data: unknown, now: number): void {
    this.#frames.spend(-1, now);
    this.#bytes.spend(-sizeOf(data), now);
  }

  /** How long ago something came, in milliseconds. */
  quietMs(now: number): number {
    return now - this.#heardAt;
  }
}
