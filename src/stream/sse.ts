/** Server-sent events: a stream that is pulled, so that a slow reader gets the latest state. */
import { getLogger } from "@logtape/logtape";
import type { Broadcast } from "./broadcast.ts";
import type { Holder } from "./holder.ts";
import type { Hub } from "./hub.ts";
import { Pending } from "./pending.ts";
import { MAX_AWAIT_MS, type ResetReason } from "./resume.ts";
import type { PeerMeasure, Subscriber } from "./subscriber.ts";

const log = getLogger(["pnl", "stream"]);

const UTF8 = new TextEncoder();
const ALIVE = UTF8.encode(": alive\n\n");
/** Bytes that may wait in the stream before snapshots are conflated; the kernel holds more. */
const BUFFERED_BYTES = 16 * 1024;
/** Finals sent for one pull while a gap is filled. */
const REPLAY_PAGE = 8;
/** Finals that may wait for a slow reader; more are read again when it has read these. */
const MAX_WAITING_FINALS = 16;
/** Finals that a client did not ask for are not sent later than this after they came. */
const PATIENCE_MS = 5_000;

/** Who opens a stream, and from where it goes on. */
export interface SseOptions {
  /** The stream position to go on from, or null for the current snapshot alone. */
  readonly since: string | null;
  /** For whom it is open. */
  readonly holder: Holder;
}

class SseSubscriber implements Subscriber {
  readonly transport = "sse";
  readonly #hub: Hub;
  readonly #since: string | null;
  readonly #holder: Holder;
  /** Of the stream that it follows: whoever follows it when another begins is sent away. */
  readonly #epoch: string;
  readonly #pending = new Pending(MAX_WAITING_FINALS);
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  /** While a gap is filled: the offset filled so far. Nothing live is sent meanwhile. */
  #replayed: number | null = null;
  /** Nobody asked for that gap to be filled: one that is not by then is told instead. */
  #refillUntil = Infinity;
  /** The first final that was offered while a gap was filled, and how many of these were not sent yet. */
  #firstLeft = Infinity;
  #left = 0;
  #lastOffset = -1;
  /** Too much waits in this process: nothing is added to it. */
  #held = false;
  /** Until when nothing is sent to a client that is ahead of this node, by `performance.now()`. */
  #awaiting: number | null = null;

  constructor(hub: Hub, { since, holder }: SseOptions) {
    this.#hub = hub;
    this.#since = since;
    this.#holder = holder;
    this.#epoch = hub.epoch;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    // What can fail comes before the connection counts.
    const resume = this.#hub.resume(this.#since);
    const current = this.#hub.current();
    this.#controller = controller;
    this.#hub.add(this, this.#holder);
    this.#write(`retry: ${this.#hub.retryMs()}\n\n`);
    if (resume.kind === "replay") {
      this.#replayed = resume.after;
      return;
    }
    if (resume.kind === "await") {
      this.#lastOffset = resume.offset;
      this.#awaiting = performance.now() + MAX_AWAIT_MS;
      return;
    }
    if (resume.kind === "reset") this.#reset(resume.reason, current);
    this.#send(current);
  }

  /** The reader took something: there is room again. */
  pull(): void {
    if (this.#held) return;
    if (this.#replayed !== null) return this.#replayOrEnd(this.#replayed);
    const next = this.#pending.take();
    if (next !== undefined) this.#send(next);
  }

  /** The client went away. */
  cancel(): void {
    this.#controller = null;
    this.#hub.count("conflated", this.#pending.size);
    this.#pending.clear();
    this.#endReplay();
    this.#hub.release(this);
  }

  offer(broadcast: Broadcast, now: number): void {
    if (this.#replayed !== null) return this.#leaveToReplay(broadcast);
    if (broadcast.frame.offset <= this.#lastOffset) {
      if (this.#isKnown(broadcast, now)) return;
      if (broadcast.frame.offset < this.#lastOffset) this.#reset("ahead", broadcast);
      this.#lastOffset = broadcast.frame.offset;
    }
    this.#awaiting = null;
    if (this.#pending.size === 0 && this.#hasRoom()) this.#send(broadcast);
    // Finals come in a burst where an edge was cut off: what does not fit is read when there is room.
    else if (this.#pending.isFull) {
      this.missed();
      this.#leaveToReplay(broadcast);
    } else this.#hub.count("conflated", this.#pending.add(broadcast));
  }

  /** Reads the finals since the last snapshot sent, in the place of what waits. */
  missed(): void {
    if (this.#replayed !== null || this.#lastOffset < 0) return;
    // A client that is ahead of this node lacks nothing yet.
    if (this.#lastOffset > this.#hub.current().frame.offset) return;
    for (const broadcast of this.#pending.takeAll()) this.#leaveToReplay(broadcast);
    this.#replayed = this.#lastOffset;
    this.#refillUntil = performance.now() + PATIENCE_MS;
    if (this.#hasRoom()) this.#replayOrEnd(this.#replayed);
  }

  keepAlive(): void {
    if (this.#hasRoom()) this.#controller?.enqueue(ALIVE);
  }

  measure(): PeerMeasure {
    const room = this.#controller?.desiredSize ?? BUFFERED_BYTES;
    return { bufferedBytes: Math.max(0, BUFFERED_BYTES - room), ageMs: null, late: false };
  }

  hold(held: boolean): void {
    this.#held = held;
    if (this.#hasRoom()) this.pull();
  }

  drain(retryMs: number): void {
    if (this.#controller === null) return;
    // What is enqueued is pulled after at once.
    this.#held = true;
    this.#write(`retry: ${retryMs}\n\n`);
    // That shows the runtime a client that is gone, and the stream is cancelled before this returns.
    this.#controller?.close();
    this.cancel();
  }

  /**
   * True for what was sent before, as the current one or with a gap, or is older than that. A client that
   * is ahead of this node gets what it has, when it comes here too, and is told where that does not come.
   */
  #isKnown({ frame, repeats }: Broadcast, now: number): boolean {
    if (frame.offset === this.#lastOffset) return !repeats && this.#awaiting === null;
    if (this.#awaiting !== null && now >= this.#awaiting) return false;
    if (!frame.final) this.#hub.count("conflated");
    return true;
  }

  /** Finals that are live while a gap is filled are read with the rest of the gap; the others are not sent. */
  #leaveToReplay({ frame }: Broadcast): void {
    if (!frame.final) return this.#hub.count("conflated");
    if (frame.offset <= this.#lastOffset) return;
    this.#firstLeft = Math.min(this.#firstLeft, frame.offset);
    this.#left += 1;
  }

  /** What was left to a gap and is not sent by now is lost. */
  #endReplay(): void {
    this.#hub.count("conflated", this.#left);
    this.#replayed = null;
    this.#refillUntil = Infinity;
    this.#firstLeft = Infinity;
    this.#left = 0;
  }

  /** A stream that fails ends, and the client comes back to where it was. */
  #replayOrEnd(after: number): void {
    try {
      this.#replay(after);
    } catch (error) {
      log.error("An event stream failed: {error}", { error });
      this.drain(this.#hub.retryMs());
    }
  }

  #replay(after: number): void {
    // A gap takes its time, and meanwhile an edge may have begun anew or have forgotten the oldest finals.
    const fault = this.#hub.faultAt({ epoch: this.#epoch, offset: after });
    if (fault !== null) return this.#giveUp(fault);
    if (performance.now() > this.#refillUntil) return this.#giveUp("gap");
    const page = this.#hub.finalsAfter(after, REPLAY_PAGE);
    // A reader that waits pulls again before the first of them is sent: it gets nothing out of turn.
    this.#replayed = null;
    for (const broadcast of page) {
      if (broadcast.frame.offset >= this.#firstLeft) this.#left = Math.max(0, this.#left - 1);
      this.#send(broadcast);
    }
    const last = page.at(-1);
    this.#replayed = last?.frame.offset ?? null;
    if (last !== undefined) return;
    this.#endReplay();
    const current = this.#hub.current();
    // On an edge the last final is the current one until the next snapshot comes.
    if (current.frame.offset !== this.#lastOffset) this.#send(current);
  }

  /** What is left of a gap is not sent, and the client is told so: it is too slow, or that is not here. */
  #giveUp(reason: ResetReason): void {
    const current = this.#hub.current();
    this.#endReplay();
    this.#reset(reason, current);
    this.#send(current);
  }

  #reset(reason: ResetReason, current: Broadcast): void {
    this.#hub.count("resets");
    this.#write(
      `event: reset\ndata: ${JSON.stringify({ reason, pos: current.position })}\n\n`,
    );
  }

  #send(broadcast: Broadcast): void {
    if (this.#controller === null) return;
    this.#lastOffset = broadcast.frame.offset;
    this.#controller.enqueue(broadcast.sseBytes);
    this.#hub.count("sent");
  }

  #write(text: string): void {
    this.#controller?.enqueue(UTF8.encode(text));
  }

  #hasRoom(): boolean {
    return !this.#held && (this.#controller?.desiredSize ?? 0) > 0;
  }
}

/** Opens a stream of snapshots. It counts as a connection until it is cancelled or drained. */
export function openSse(hub: Hub, options: SseOptions): ReadableStream<Uint8Array> {
  return new ReadableStream(
    new SseSubscriber(hub, options),
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }),
  );
}
