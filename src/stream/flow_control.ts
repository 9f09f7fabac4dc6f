/** How much may be under way to a peer: decided from what was sent, what it acknowledged, and when. */
import { Allowance } from "./allowance.ts";
import { type AckOutcome, type Channel, SentFrames } from "./sent_frames.ts";

/** A peer that acknowledges has at most so many bytes under way, or one frame that is larger. */
export const MAX_UNACKED_BYTES = 64 * 1024;
/** A peer that does not acknowledge gets so many bytes a second. */
export const PLAIN_BYTES_PER_SECOND = 32 * 1024;
/**
 * And so many at once. With what comes in 30 seconds that is 1 MB, which the kernel holds for a peer that
 * does not read: the runtime's ping is never queued behind a frame that cannot be written.
 */
export const PLAIN_BURST_BYTES = 64 * 1024;

/**
 * What may be under way before a peer has shown how fast it reads. A wider window that is not used closes
 * to this again, so that a peer that becomes slow has no more in front of it.
 */
const FIRST_WINDOW_BYTES = 16 * 1024;
/** A peer whose answers take so much longer than its fastest has a queue in front of it. */
const QUEUED_MS = 500;
/** Of the frames to a peer that does not acknowledge the last so many are remembered. */
const REMEMBERED_FRAMES = 16;

/**
 * Flow control of one connection. A peer that never acknowledges, or does no more, is held to a rate. From
 * an acknowledgement on it has credit: a window that opens while answers come quickly, up to
 * {@link MAX_UNACKED_BYTES}, and closes down to one frame while they come slowly, so that no queue of old
 * figures stands between the server and a slow peer. Times are monotonic milliseconds.
 */
export class FlowControl {
  readonly #pace: Allowance;
  readonly #lateAfterMs: number;
  readonly #sent = new SentFrames();
  #acknowledging = false;
  #window = FIRST_WINDOW_BYTES;
  /** The window kept something back since the last acknowledgement. */
  #kept = false;
  #fastestMs = Infinity;
  #ackedAt = -Infinity;
  #shownAt: number | null = null;

  /**
   * @param now the time
   * @param lateAfterMs a peer that has said nothing for so long of what is under way gets nothing more
   */
  constructor(now: number, lateAfterMs: number) {
    this.#pace = new Allowance(PLAIN_BURST_BYTES, PLAIN_BYTES_PER_SECOND, now);
    this.#lateAfterMs = lateAfterMs;
  }

  /** True from an acknowledgement on, until the peer is given up as one that acknowledges. */
  get acknowledging(): boolean {
    return this.#acknowledging;
  }

  /** Bytes under way, as far as that is known. */
  get unackedBytes(): number {
    return this.#sent.bytes;
  }

  /** True while answers come so slowly that the window has closed: nothing but the newest is of use. */
  get isSlow(): boolean {
    return this.#window < FIRST_WINDOW_BYTES;
  }

  /** True where a peer that acknowledges has not yet said that this position arrived. */
  awaits(channel: Channel, offset: number): boolean {
    return this.#acknowledging && this.#sent.has(channel, offset);
  }

  /** How long to wait before a frame may be sent: 0 for now, Infinity for an acknowledgement. */
  waitMs(bytes: number, now: number): number {
    if (!this.#acknowledging) return this.#pace.waitMs(bytes, now);
    if (this.#sent.size === 0) return 0;
    if (this.#sent.bytes + bytes <= this.#window && !this.isLate(now)) return 0;
    this.#kept = true;
    return Infinity;
  }

  /** A frame that has a position was sent. */
  sent(channel: Channel, offset: number, bytes: number, now: number): void {
    const most = this.#acknowledging ? Infinity : REMEMBERED_FRAMES;
    this.#sent.add(channel, offset, bytes, now, most);
    if (!this.#acknowledging) this.#pace.spend(bytes, now);
  }

  /** How long to wait before a frame without a position may be sent. */
  wordWaitMs(bytes: number, now: number): number {
    return this.#pace.waitMs(bytes, now);
  }

  /** A frame without a position was sent: it is held to the rate of those who do not acknowledge. */
  said(bytes: number, now: number): void {
    this.#pace.spend(bytes, now);
  }

  /** The peer says that a position, and all before it, has arrived. */
  acknowledge(channel: Channel, offset: number, now: number): AckOutcome {
    const { outcome, bytes, newestAt, positionAt } = this.#sent.acknowledge(channel, offset);
    if (outcome === "unknown") return outcome;
    this.#acknowledging = true;
    this.#ackedAt = now;
    if (outcome === "fresh") {
      if (channel === "pnl") this.#shownAt = positionAt;
      this.#adapt(bytes, now - newestAt);
    }
    return outcome;
  }

  /**
   * The peer has said nothing for so long that it is taken for one that never acknowledges, until it does
   * again. What it was sent and did not acknowledge counts against its rate.
   */
  lapse(now: number): void {
    this.#acknowledging = false;
    this.#window = FIRST_WINDOW_BYTES;
    this.#kept = false;
    this.#shownAt = null;
    this.#pace.spend(this.#sent.bytes, now);
  }

  /**
   * How old the number is that the peer has: when its position was first sent, of what it acknowledged
   * last. Null where it has acknowledged none.
   */
  ageMs(now: number): number | null {
    return this.#shownAt === null ? null : now - this.#shownAt;
  }

  /** How long an acknowledgement has been due; 0 where none is. */
  dueMs(now: number): number {
    const { oldestAt } = this.#sent;
    if (!this.#acknowledging || oldestAt === null) return 0;
    return now - Math.max(oldestAt, this.#ackedAt);
  }

  /** True while an acknowledgement has been due for too long. */
  isLate(now: number): boolean {
    return this.dueMs(now) > this.#lateAfterMs;
  }

  #adapt(bytes: number, tookMs: number): void {
    this.#fastestMs = Math.min(this.#fastestMs, tookMs);
    if (tookMs > this.#fastestMs + QUEUED_MS) {
      this.#window = Math.floor(this.#window / 2);
    } else if (this.#kept) {
      this.#window = Math.min(MAX_UNACKED_BYTES, this.#window + bytes);
    } else if (this.#window > FIRST_WINDOW_BYTES) {
      this.#window = Math.max(FIRST_WINDOW_BYTES, Math.floor(this.#window * 7 / 8));
    }
    this.#kept = false;
  }
}
