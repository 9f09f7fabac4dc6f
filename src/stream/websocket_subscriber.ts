/** One WebSocket that follows the hub in `pnl.v1`. */
import { getLogger } from "@logtape/logtape";
import type { Broadcast } from "./broadcast.ts";
import { Allowance } from "./allowance.ts";
import { closeSoon } from "./close_soon.ts";
import type { Hub, Subscriber } from "./hub.ts";
import {
  BadFrameError,
  CLOSE,
  errorFrame,
  helloFrame,
  PONG,
  readClientFrame,
  resetFrame,
} from "./protocol.ts";
import { MAX_AWAIT_MS, type ResetReason } from "./resume.ts";

const log = getLogger(["pnl", "stream"]);

/** Bytes that may wait in this process for one peer; beyond that it gets only the latest state. */
const MAX_BUFFERED_BYTES = 64 * 1024;
/** Finals read at a time while a gap is filled. */
const REPLAY_PAGE = 16;
/** How often, and how many times, a gap that is being filled waits for the peer to read. */
const REPLAY_WAIT_MS = 50;
const REPLAY_WAITS = 100;
/** Frames a client may send: a burst, then so many a second; filling a gap costs as many as 20. */
const BURST_FRAMES = 200;
const FRAMES_PER_SECOND = 50;
const SUBSCRIBE_COST = 20;
/**
 * The first snapshot waits so long for a `subscribe`. A peer that goes on from a position must not be
 * given a newer one before the gap is filled: cut off in between, it would come back for less.
 */
const GREETING_MS = 80;

/** Speaks the protocol with one peer. The socket's events are to be handed to it. */
export class WebSocketSubscriber implements Subscriber {
  readonly transport = "websocket";
  readonly #hub: Hub;
  readonly #socket: WebSocket;
  readonly #since: string | null;
  readonly #allowance = new Allowance(BURST_FRAMES, FRAMES_PER_SECOND, performance.now());
  #refused = false;
  /** Sent away before the socket was open: done as soon as it is. */
  #leaving = false;
  #lastOffset = -1;
  /** While the first snapshot waits: nothing live is sent meanwhile. */
  #greeting: ReturnType<typeof setTimeout> | null = null;
  /** Set while a gap is filled: nothing live is sent meanwhile. A newer one ends an older one. */
  #replay: symbol | null = null;
  /** Until when nothing is sent to a peer that is ahead of this node, by `performance.now()`. */
  #awaiting: number | null = null;
  /** A gap that was not filled: said before the next snapshot. */
  #owed: ResetReason | null = null;

  /** @param since the stream position to go on from, where the peer named one with its request */
  constructor(hub: Hub, socket: WebSocket, since: string | null) {
    this.#hub = hub;
    this.#socket = socket;
    this.#since = since;
  }

  /** The socket is open: says hello, and goes on from where the peer said, or soon sends the current. */
  opened(): void {
    if (this.#leaving || this.#hub.draining) return this.drain(this.#hub.retryMs());
    this.#sendText(helloFrame(this.#hub.epoch, this.#hub.intervalMs));
    if (this.#since === null) {
      this.#greeting = setTimeout(() => this.#begin(null), GREETING_MS);
    } else this.#begin(this.#since);
  }

  /** The peer is gone, or the runtime gave it up; it may say so twice. */
  closed(): void {
    this.#halt();
    this.#hub.release(this);
  }

  /** The peer sent something. */
  received(data: unknown): void {
    if (this.#refused) return;
    try {
      if (this.#mayAsk(1)) this.#handle(data);
    } catch (error) {
      if (error instanceof BadFrameError) {
        this.#refuse(CLOSE.badFrame, error.code, error.message);
      } else this.#fail(error);
    }
  }

  /** Sends a broadcast, or skips it where the peer does not keep up; the next one is newer. */
  offer(broadcast: Broadcast): void {
    if (this.#greeting !== null || this.#replay !== null) return;
    if (broadcast.frame.offset < this.#lastOffset) {
      if (this.#awaiting === null || performance.now() < this.#awaiting) return;
      this.#owed = "ahead";
    }
    this.#send(broadcast);
  }

  /** The runtime's own pings keep the line alive. */
  keepAlive(): void {}

  /** Closes with 1001 and the time to come back after. */
  drain(retryMs: number): void {
    this.#halt();
    this.#leaving = true;
    this.#hub.mute(this);
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.close(CLOSE.drain, `retryMs=${retryMs}`);
    }
  }

  #handle(data: unknown): void {
    const frame = readClientFrame(data);
    switch (frame.type) {
      case "ping":
        return this.#sendText(PONG);
      case "ack":
        return;
      case "subscribe":
        if (this.#mayAsk(SUBSCRIBE_COST)) this.#subscribe(frame.since ?? null);
    }
  }

  #mayAsk(cost: number): boolean {
    if (this.#allowance.take(cost, performance.now())) return true;
    this.#refuse(CLOSE.limit, "too_many_frames", "Too many frames in a short time");
    return false;
  }

  #begin(since: string | null): void {
    try {
      this.#subscribe(since);
    } catch (error) {
      this.#fail(error);
    }
  }

  #subscribe(since: string | null): void {
    this.#endGreeting();
    const resume = this.#hub.resume(since);
    if (resume.kind === "replay") {
      void this.#fillGap(resume.after).catch((error) => this.#fail(error));
      return;
    }
    this.#replay = null;
    if (resume.kind === "await") {
      this.#lastOffset = resume.offset;
      this.#awaiting = performance.now() + MAX_AWAIT_MS;
      return;
    }
    if (resume.kind === "reset") this.#owed = resume.reason;
    this.#send(this.#hub.current());
  }

  /** Sends the finals since an offset as fast as the peer reads, then the current snapshot. */
  async #fillGap(after: number): Promise<void> {
    const replay = Symbol("replay");
    this.#replay = replay;
    let page: Broadcast[] = [];
    for (let filled = after, waits = 0;;) {
      if (page.length === 0) page = this.#hub.finalsAfter(filled, REPLAY_PAGE);
      const next = page.shift();
      if (next === undefined) break;
      while (this.#behind()) {
        if (++waits > REPLAY_WAITS) return this.#giveUp();
        await new Promise((resolve) => setTimeout(resolve, REPLAY_WAIT_MS));
        if (this.#replay !== replay) return;
      }
      this.#send(next);
      filled = next.frame.offset;
    }
    this.#replay = null;
    this.#send(this.#hub.current());
  }

  #endGreeting(): void {
    if (this.#greeting !== null) clearTimeout(this.#greeting);
    this.#greeting = null;
  }

  /** Sends nothing more by itself. */
  #halt(): void {
    this.#endGreeting();
    this.#replay = null;
  }

  /** The peer does not read: what lies between is not sent, and it will be told so. */
  #giveUp(): void {
    this.#replay = null;
    this.#owed = "gap";
  }

  #send(broadcast: Broadcast): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#behind()) return this.#hub.count("conflated");
    if (this.#owed !== null) this.#sendReset(this.#owed, broadcast);
    this.#awaiting = null;
    this.#lastOffset = broadcast.frame.offset;
    this.#sendText(broadcast.webSocketText);
    this.#hub.count("sent");
  }

  #sendReset(reason: ResetReason, current: Broadcast): void {
    this.#owed = null;
    this.#hub.count("resets");
    this.#sendText(resetFrame(reason, current));
  }

  #behind(): boolean {
    return this.#socket.bufferedAmount > MAX_BUFFERED_BYTES;
  }

  /** A peer that does not read gets no answers either: they would pile up. */
  #sendText(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN && !this.#behind()) this.#socket.send(text);
  }

  /** What goes wrong here must not end the process, nor leave a client waiting. */
  #fail(error: unknown): void {
    log.error("A WebSocket failed: {error}", { error });
    this.#refuse(CLOSE.internal, "internal", "The stream failed; the log has the reason");
  }

  /** Says why, listens no more, and closes. */
  #refuse(code: number, error: string, message: string): void {
    this.#refused = true;
    this.#halt();
    this.#hub.mute(this);
    this.#sendText(errorFrame(error, message));
    closeSoon(this.#socket, code, error);
  }
}
