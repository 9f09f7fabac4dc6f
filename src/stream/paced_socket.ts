/** A WebSocket under flow control: what may go now goes, what may not is for its owner to keep. */
import { FlowControl } from "./flow_control.ts";
import type { AckOutcome, Channel } from "./sent_frames.ts";

/** Bytes that may wait in this process for one peer; beyond that nothing is handed to the runtime. */
export const MAX_BUFFERED_BYTES = 64 * 1024;
/** A peer for whom bytes wait in this process is looked at again after this time. */
const LOOK_AGAIN_MS = 250;
/** The runtime is asked how much waits after so many bytes: the answer costs as much as a frame. */
const LOOK_AFTER_BYTES = 16 * 1024;
/** Read once: the runtime looks the class up anew each time it is named. */
const { OPEN } = WebSocket;

/** Sends to one peer at the pace that its flow control allows. */
export class PacedSocket {
  readonly #socket: WebSocket;
  readonly #flow: FlowControl;
  #held = false;
  /** Bytes given to the runtime since it was asked how much waits. */
  #unlooked = 0;
  #crowded = false;

  /**
   * @param lateAfterMs a peer whose acknowledgement has been due for so long gets nothing more
   */
  constructor(socket: WebSocket, lateAfterMs: number) {
    this.#socket = socket;
    this.#flow = new FlowControl(performance.now(), lateAfterMs);
  }

  /** True while frames can be sent. */
  get isOpen(): boolean {
    return this.#socket.readyState === OPEN;
  }

  /** What is known of the peer. */
  get flow(): Pick<FlowControl, "isSlow" | "awaits" | "ageMs" | "dueMs" | "isLate"> {
    return this.#flow;
  }

  /** Bytes that wait in this process. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** While it is held nothing with a position is sent. */
  hold(held: boolean): void {
    this.#held = held;
  }

  /** How long to wait before a frame with a position may be sent: 0 for now, Infinity for the peer. */
  waitMs(bytes: number, now: number): number {
    if (this.#held) return Infinity;
    const waitMs = this.#flow.waitMs(bytes, now);
    if (waitMs > 0) return waitMs;
    return this.#isCrowded() ? LOOK_AGAIN_MS : 0;
  }

  /** How long to wait before a frame without a position may be sent. */
  wordWaitMs(bytes: number, now: number): number {
    const waitMs = this.#flow.wordWaitMs(bytes, now);
    if (waitMs > 0) return waitMs;
    return this.#isCrowded() ? LOOK_AGAIN_MS : 0;
  }

  /** Sends a frame that has a position; {@link isOpen} and {@link waitMs} must have been asked. */
  send(text: string, bytes: number, channel: Channel, offset: number, now: number): void {
    this.#flow.sent(channel, offset, bytes, now);
    this.#unlooked += bytes;
    this.#socket.send(text);
  }

  /** Sends a frame without a position whatever the pace, as at the head of one that has one. */
  preface(text: string, now: number): void {
    if (!this.isOpen) return;
    this.#flow.said(text.length, now);
    this.#unlooked += text.length;
    this.#socket.send(text);
  }

  /** Sends an answer, or nothing: a peer that does not read gets no answers, which would pile up. */
  say(text: string): void {
    const now = performance.now();
    if (this.wordWaitMs(text.length, now) === 0) this.preface(text, now);
  }

  /** The peer says that a position, and all before it, has arrived. */
  acknowledge(channel: Channel, offset: number, now: number): AckOutcome {
    return this.#flow.acknowledge(channel, offset, now);
  }

  /** The peer is taken for one that never acknowledges, until it does again. */
  lapse(now: number): void {
    this.#flow.lapse(now);
  }

  /** True where too much waits, {@link LOOK_AFTER_BYTES} more at most than is allowed. */
  #isCrowded(): boolean {
    if (!this.#crowded && this.#unlooked < LOOK_AFTER_BYTES) return false;
    this.#unlooked = 0;
    return this.#crowded = this.#socket.bufferedAmount > MAX_BUFFERED_BYTES;
  }
}
