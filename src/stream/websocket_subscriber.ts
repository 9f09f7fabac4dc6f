/** One WebSocket that follows the hub in `pnl.v1`. */
import { getLogger } from "@logtape/logtape";
import type { Broadcast } from "./broadcast.ts";
import { Channels } from "./channels.ts";
import { ClientFrames } from "./client_frames.ts";
import type { Feeds } from "./feeds.ts";
import { Gap } from "./gap.ts";
import type { Hub } from "./hub.ts";
import { REFUSALS } from "./limits.ts";
import { PacedSocket } from "./paced_socket.ts";
import { Parting } from "./parting.ts";
import { Pending } from "./pending.ts";
import {
  BadFrameError,
  type ChannelName,
  CLOSE,
  helloFrame,
  resetFrame,
  type SubscribeFrame,
} from "./protocol.ts";
import { MAX_AWAIT_MS, type ResetReason } from "./resume.ts";
import type { PeerMeasure, Subscriber } from "./subscriber.ts";

const log = getLogger(["pnl", "stream"]);

/** Finals that wait for a peer that is short of credit for a moment; more are read when it has some. */
const MAX_WAITING_FINALS = 16;
/** A peer that has sent something within this time is there, and learns why it is closed. */
const THERE_MS = 10_000;
/**
 * The first snapshot waits so long for a `subscribe`. A peer that goes on from a position must not be
 * given a newer one before the gap is filled: cut off in between, it would come back for less.
 */
const GREETING_MS = 80;

/** Speaks the protocol with one peer. The socket's events are to be handed to it. */
export class WebSocketSubscriber implements Subscriber {
  readonly transport = "websocket";
  readonly #hub: Hub;
  readonly #line: PacedSocket;
  /** Null until it follows more than the snapshots. */
  #channels: Channels | null = null;
  readonly #feeds: Feeds;
  readonly #first: SubscribeFrame | null;
  readonly #frames: ClientFrames;
  /** Null while nothing waits, as is mostly so for thousands of peers. */
  #pending: Pending | null = null;
  #refused = false;
  readonly #parting: Parting;
  #lastOffset = -1;
  /** While the first snapshot waits, 0 before the socket is open: nothing live is sent meanwhile. */
  #greeting: ReturnType<typeof setTimeout> | 0 | null = 0;
  /** While a gap is filled: what is live then is read with the rest of the gap. */
  #gap: Gap | null = null;
  /** Nobody asked for that gap to be filled: a peer that is slow is told of it instead. */
  #refilling = false;
  /** Until when nothing is sent to a peer that is ahead of this node, by `performance.now()`. */
  #awaiting: number | null = null;
  /** A gap that was not filled: said before the next snapshot. */
  #owed: ResetReason | null = null;
  /** Set while time alone lets the next frame go. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  #late = false;

  /** @param first what the peer asked for with its request; null: it will say, or follows the snapshots */
  constructor(hub: Hub, socket: WebSocket, first: SubscribeFrame | null, feeds: Feeds) {
    this.#hub = hub;
    this.#line = new PacedSocket(socket, hub.lateAfterMs);
    this.#frames = new ClientFrames(hub, this.#line, performance.now());
    this.#parting = new Parting(hub, socket, this.#line);
    this.#feeds = feeds;
    this.#first = first;
  }

  /** The socket is open: says hello, and goes on from where the peer said, or soon sends the current. */
  opened(): void {
    if (this.#parting.begun) return this.#parting.close();
    if (this.#hub.draining) return this.drain(this.#hub.retryMs());
    this.#line.say(helloFrame(this.#hub.epoch, this.#hub.intervalMs));
    const first = this.#first;
    if (first !== null) return this.#attempt(() => this.#follow(first));
    this.#greeting = setTimeout(() => this.#attempt(() => this.#subscribe(null)), GREETING_MS);
  }

  /** The peer is gone, or the runtime gave it up; it may say so twice. */
  closed(): void {
    this.#halt();
    this.#hub.release(this);
  }

  /** The peer sent something. */
  received(data: unknown): void {
    if (this.#parting.begun) return this.#parting.close();
    if (this.#refused) return;
    this.#attempt(() => this.#handle(data));
  }

  /** Sends a broadcast, or keeps only the newest where the peer does not keep up. */
  offer(broadcast: Broadcast, now: number): void {
    if (this.#greeting !== null) return;
    if (this.#gap !== null) return this.#hub.count("conflated", this.#gap.leave(broadcast));
    if (broadcast.frame.offset <= this.#lastOffset && this.#isKnown(broadcast, now)) return;
    try {
      if (this.#isCalm && this.#waitMs(broadcast, now) === 0 && this.#line.isOpen) {
        return this.#send(broadcast, now);
      }
      // Finals come in a burst where an edge was cut off: what does not fit is read when there is room.
      if (this.#pending?.isFull) this.#refill(broadcast);
      else this.#keep(broadcast);
      this.#pump();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nothing waits: what may go now goes at once, and for thousands of peers little is looked at. */
  get #isCalm(): boolean {
    return this.#timer === null && this.#pending === null && this.#channels === null;
  }

  /** Reads the finals since the last snapshot sent, in the place of what waits. */
  missed(): void {
    if (this.#gap !== null || this.#lastOffset < 0) return;
    // A peer that is ahead of this node lacks nothing yet.
    if (this.#lastOffset > this.#hub.current().frame.offset) return;
    this.#refill();
    this.#attempt(() => this.#pump());
  }

  /** Leaves what waits, and what is offered, to a gap. */
  #refill(...offered: Broadcast[]): void {
    const gap = new Gap(this.#hub, this.#lastOffset, performance.now());
    const left = [...this.#pending?.takeAll() ?? [], ...offered];
    for (const each of left) this.#hub.count("conflated", gap.leave(each));
    this.#pending = null;
    this.#gap = gap;
    this.#refilling = true;
  }

  /**
   * True for what was sent before, as the current one or with a gap, or is older than that. A peer that is
   * ahead of this node gets what it has, when it comes here too, and is told where that does not come.
   */
  #isKnown({ frame, repeats }: Broadcast, now: number): boolean {
    if (frame.offset === this.#lastOffset) return !repeats && this.#awaiting === null;
    if (this.#awaiting !== null && now >= this.#awaiting) {
      this.#owed = "ahead";
      return false;
    }
    if (!frame.final) this.#hub.count("conflated");
    return true;
  }

  /** The runtime's own pings keep the line alive. */
  keepAlive(): void {}

  /** Each second: tells who is late, and closes whom it can tell. */
  watch(now: number): void {
    if (this.#parting.begun) return this.#parting.watch(now);
    if (this.#refused) return;
    const { flow } = this.#line;
    const late = flow.isLate(now);
    if (late && !this.#late) this.#hub.count("lateTimes");
    this.#late = late;
    const { slowMs } = this.#hub;
    if (flow.dueMs(now) > slowMs) {
      // Its last acknowledgement is older than that, and no sign that it is there.
      if (this.#frames.quietMs(now) < Math.min(THERE_MS, slowMs)) {
        return this.#refuseBeyond("slow");
      }
      this.#line.lapse(now);
    }
    this.#attempt(() => {
      if (this.#gap?.isStuck(now)) this.#endGap("gap");
      this.#pump();
    });
  }

  /** What the peer costs, and how old the number is that it has. */
  measure(now: number): PeerMeasure {
    const { flow, bufferedBytes } = this.#line;
    return { bufferedBytes, ageMs: flow.ageMs(now), late: flow.isLate(now) };
  }

  /** While it is held it gets no snapshots. */
  hold(held: boolean): void {
    this.#line.hold(held);
  }

  /** Closes with 1001 and the time to come back after. */
  drain(retryMs: number): void {
    this.#halt();
    this.#hub.leave(this);
    this.#parting.begin(CLOSE.drain, `retryMs=${retryMs}`);
  }

  /** Closes with 4401. */
  expel(): void {
    this.#endSending();
    this.#parting.expel();
  }

  #handle(data: unknown): void {
    const asked = this.#frames.read(data, performance.now());
    switch (asked?.type) {
      case "acknowledged":
        return this.#pump();
      case "excess":
        return this.#refuseBeyond(asked.limit);
      case "unsubscribe":
        return this.#unsubscribe(asked.channels);
      case "subscribe":
        return this.#follow(asked);
    }
  }

  /** A peer whose first word names other channels than the snapshots' gets none of these. */
  #follow(frame: SubscribeFrame): void {
    this.#followOthers(frame);
    if (frame.channels.includes("pnl")) {
      this.#hub.unmute(this);
      return this.#subscribe(frame.since ?? null);
    }
    if (this.#greeting !== null || frame === this.#first) this.#unsubscribe(["pnl"]);
    this.#pump();
  }

  /** Follows what it names beside the snapshots. */
  #followOthers(frame: SubscribeFrame): void {
    if (frame.channels.every((name) => name === "pnl")) return;
    this.#channels ??= new Channels(
      this.#hub,
      this.#feeds,
      this.#line,
      () => this.#attempt(() => this.#pump()),
    );
    this.#channels.subscribe(frame);
  }

  #unsubscribe(names: readonly ChannelName[]): void {
    this.#channels?.unsubscribe(names);
    if (!names.includes("pnl")) return;
    this.#endGreeting();
    this.#forget();
    this.#hub.mute(this);
  }

  #subscribe(since: string | null): void {
    this.#endGreeting();
    const resume = this.#hub.resume(since);
    this.#forget();
    if (resume.kind === "await") {
      this.#lastOffset = resume.offset;
      this.#awaiting = performance.now() + MAX_AWAIT_MS;
      return;
    }
    if (resume.kind === "reset") this.#owed = resume.reason;
    this.#refilling = false;
    if (resume.kind === "replay") this.#gap = new Gap(this.#hub, resume.after, performance.now());
    else this.#keep(this.#hub.current());
    this.#pump();
  }

  /** Sends what may go now, the snapshots first: they are what is to be new. */
  #pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waitMs = Math.min(this.#pumpSnapshots(), this.#channels?.pump() ?? Infinity);
    if (waitMs === Infinity || !this.#line.isOpen) return;
    this.#timer = setTimeout(() => this.#attempt(() => this.#pump()), waitMs);
  }

  /**
   * Sends the finals of a gap, then the current snapshot; or what waits. Returns how long the next has to
   * wait; Infinity where there is none, or only the peer can tell.
   */
  #pumpSnapshots(): number {
    if (this.#line.flow.isSlow) this.#conflate();
    for (;;) {
      const next = this.#next();
      if (next === undefined) this.#pending = null;
      if (next === undefined || !this.#line.isOpen) return Infinity;
      const now = performance.now();
      const waitMs = this.#waitMs(next, now);
      if (waitMs > 0) return waitMs;
      if (this.#gap === null) this.#pending?.take();
      else this.#gap.shift(now);
      this.#send(next, now);
    }
  }

  /** A slow peer gets the newest alone, and is told where a final is not among what it gets. */
  #conflate(): void {
    if (this.#gap !== null && this.#refilling) this.#endGap("gap");
    const skipped = this.#pending?.keepNewest() ?? [];
    if (skipped.some(({ frame }) => frame.final)) this.#owed ??= "gap";
    this.#hub.count("conflated", skipped.length);
  }

  #next(): Broadcast | undefined {
    if (this.#gap !== null) {
      const final = this.#gap.first();
      if (final !== undefined) return final;
      this.#endGap(this.#gap.fault);
    }
    return this.#pending?.first;
  }

  /** A tick of what is still under way tells nothing: it waits until that has arrived. */
  #waitMs({ frame, webSocketBytes }: Broadcast, now: number): number {
    const repeats = this.#gap === null && this.#line.flow.awaits("pnl", frame.offset);
    return repeats ? Infinity : this.#line.waitMs(webSocketBytes, now);
  }

  #send(broadcast: Broadcast, now: number): void {
    if (this.#owed !== null) {
      this.#hub.count("resets");
      this.#line.preface(resetFrame(this.#owed, broadcast), now);
      this.#owed = null;
    }
    this.#awaiting = null;
    const { offset } = broadcast.frame;
    this.#lastOffset = offset;
    this.#line.send(broadcast.webSocketText, broadcast.webSocketBytes, "pnl", offset, now);
    this.#hub.count("sent");
  }

  #keep(broadcast: Broadcast): void {
    this.#pending ??= new Pending(MAX_WAITING_FINALS);
    this.#hub.count("conflated", this.#pending.add(broadcast));
  }

  /** What waits is not sent any more. */
  #forget(): void {
    this.#hub.count("conflated", this.#gap?.left ?? 0);
    this.#gap = null;
    this.#hub.count("conflated", this.#pending?.size ?? 0);
    this.#pending = null;
  }

  /** What is current comes next; where there is a reason, what is left of the gap is not sent, which is said. */
  #endGap(reason: ResetReason | null): void {
    const { sent = -1, left = 0 } = this.#gap ?? {};
    this.#gap = null;
    this.#hub.count("conflated", left);
    this.#owed = reason ?? this.#owed;
    const current = this.#hub.current();
    // On an edge the last final is the current one until the next snapshot comes.
    if (reason !== null || current.frame.offset !== sent) this.#keep(current);
  }

  #endGreeting(): void {
    if (this.#greeting !== null) clearTimeout(this.#greeting);
    this.#greeting = null;
  }

  /** Sends nothing more by itself. */
  #halt(): void {
    this.#endGreeting();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#channels?.stop();
    this.#forget();
  }

  /** What goes wrong here must not end the process, nor leave a client waiting. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof BadFrameError) {
      return this.#refuse(CLOSE.badFrame, error.code, error.message);
    }
    log.error("A WebSocket failed: {error}", { error });
    this.#refuse(CLOSE.internal, "internal", "The stream failed; the log has the reason");
  }

  #refuseBeyond(limit: "frames" | "bytes" | "slow"): void {
    this.#hub.countRefusal(limit);
    const { code, message } = REFUSALS[limit];
    this.#refuse(limit === "slow" ? CLOSE.slow : CLOSE.limit, code, message);
  }

  #endSending(): void {
    this.#refused = true;
    this.#halt();
    this.#hub.leave(this);
  }

  /** Says why, listens no more, and closes. */
  #refuse(code: number, error: string, message: string): void {
    this.#endSending();
    this.#parting.refuse(code, error, message);
  }
}
