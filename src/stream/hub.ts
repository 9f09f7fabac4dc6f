/** The hub: listens to the projection and gives each new snapshot to every subscriber. */
import { getLogger } from "@logtape/logtape";
import type { HistogramCounts } from "../metrics/histogram.ts";
import type { Frame, StreamPosition } from "../projection/frame.ts";
import type { Projection } from "../projection/projection.ts";
import { Admission } from "./admission.ts";
import { Broadcast, type Serve } from "./broadcast.ts";
import { retryMsOf, sendAway } from "./departure.ts";
import { FanOut } from "./fan_out.ts";
import { ANYONE, type Holder } from "./holder.ts";
import type { HubOptions } from "./hub_options.ts";
import type { Counter, HubStats } from "./hub_stats.ts";
import { type Limit, type OpeningLimit, RefusalCounts } from "./limits.ts";
import { Overload } from "./overload.ts";
import { faultAt, planResume, type ResetReason, type Resume } from "./resume.ts";
import type { Subscriber, Transport } from "./subscriber.ts";
import { Ticker } from "./ticker.ts";

const log = getLogger(["pnl", "stream"]);

const KEEP_ALIVE_MS = 15_000;
/** A dressed current snapshot is shared by all who connect within this time. */
const SHARED_MS = 50;
const DRAIN_POLL_MS = 10;
/** All are told to come back within this time. */
const SEND_AWAY_MS = 1_000;
const IDLE_SECONDS = 30;
const SLOW_MS = 30_000;
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const WATCH_MS = 1_000;
/** An acknowledgement is overdue after two intervals, but not before this time, in milliseconds. */
const LEAST_LATE_MS = 2_000;

/** Fans snapshots out. Encodes each once, never waits for a client, and ticks when nothing happens. */
export class Hub {
  readonly intervalMs: number;
  readonly idleSeconds: number;
  readonly slowMs: number;
  readonly random: () => number;
  readonly #keepAliveMs: number;
  readonly #projection: Projection;
  readonly #serve: Serve;
  readonly #empty: () => Frame;
  readonly #fanOut: FanOut;
  readonly #ticker: Ticker;
  /** Who is open, and for whom. */
  readonly #open = new Map<Subscriber, Holder>();
  /** Who was told to go, and when; null once its place was given back. */
  readonly #closing = new Map<Subscriber, number | null>();
  readonly #admission: Admission;
  readonly #overload: Overload<Subscriber>;
  readonly #refused = new RefusalCounts();
  readonly #connections: Record<Transport, number> = { websocket: 0, sse: 0 };
  readonly #counters: Record<Counter | "accepted", number> = {
    sent: 0,
    conflated: 0,
    resets: 0,
    lateTimes: 0,
    accepted: 0,
  };
  #shared: { readonly broadcast: Broadcast; readonly madeAt: number } | null = null;
  readonly #ending = new AbortController();
  #stop: (() => void) | null = null;

  constructor(options: HubOptions) {
    this.intervalMs = options.intervalMs;
    this.idleSeconds = options.idleSeconds ?? IDLE_SECONDS;
    this.slowMs = options.slowMs ?? SLOW_MS;
    this.#admission = new Admission(options, performance.now());
    this.#overload = new Overload(options.maxBufferedBytes ?? MAX_BUFFERED_BYTES);
    this.#keepAliveMs = options.keepAliveMs ?? KEEP_ALIVE_MS;
    this.random = options.random ?? Math.random;
    this.#projection = options.projection;
    this.#serve = options.serve;
    this.#empty = options.empty;
    this.#ticker = new Ticker(this.intervalMs, () => this.#tick());
    this.#fanOut = new FanOut({
      conflated: (frames) => this.count("conflated", frames),
      failed: (subscriber, error) => this.#letGo(subscriber, error),
    });
  }

  /** The epoch of the stream positions. */
  get epoch(): string {
    return this.#projection.epoch;
  }

  /** When all were last given what was to be pushed, on the monotonic clock of `performance`. */
  get pushedAt(): number {
    return this.#fanOut.servedAt;
  }

  /** How old what clients have is, looked at each second, in seconds; of those who acknowledge. */
  get ages(): HistogramCounts {
    return this.#overload.ages.read();
  }

  /** An acknowledgement that is due for longer than this is overdue, milliseconds. */
  get lateAfterMs(): number {
    return Math.max(2 * this.intervalMs, LEAST_LATE_MS);
  }

  /** True from {@link drain} on: nobody is admitted any more. */
  get draining(): boolean {
    return this.closing.aborted;
  }

  /** Aborts when the drain begins: whoever waits for something to come gives up then. */
  get closing(): AbortSignal {
    return this.#ending.signal;
  }

  /** Starts listening to the projection, and ticking. */
  start(): void {
    if (this.#stop !== null) throw new Error("Cannot start the hub: it is running");
    const unsubscribe = this.#projection.subscribe((frame) => {
      if (this.#fanOut.isIdle) return;
      this.#publish(new Broadcast(frame, this.#serve(frame, "memory")));
    });
    this.#ticker.start();
    const alive = setInterval(() => this.#keepAlive(), this.#keepAliveMs);
    const watch = setInterval(() => this.#watch(), WATCH_MS);
    this.#stop = () => {
      unsubscribe();
      this.#ticker.stop();
      clearInterval(watch);
      clearInterval(alive);
    };
  }

  /** The current snapshot, dressed now. */
  current(): Broadcast {
    const now = performance.now();
    const frame = this.#projection.streamed();
    const shared = this.#shared;
    if (
      shared !== null && now - shared.madeAt < SHARED_MS && shared.broadcast.frame === frame
    ) return shared.broadcast;
    const broadcast = this.#dressCurrent(false);
    this.#shared = { broadcast, madeAt: now };
    return broadcast;
  }

  /** How a client that names a position goes on. */
  resume(since: string | null): Resume {
    return planResume(this.#projection, since);
  }

  /**
   * Why {@link finalsAfter} does not give all finals since a position, or gives another stream's; null where it
   * does. To be asked each time: a gap takes its time, and the snapshots of an edge may begin anew meanwhile.
   */
  faultAt(position: StreamPosition): ResetReason | null {
    return faultAt(this.#projection, position);
  }

  /** Finals above an offset, oldest first, dressed. */
  finalsAfter(offset: number, limit: number): Broadcast[] {
    return this.#projection.finalsAfter(offset, limit)
      .map((frame) => new Broadcast(frame, this.#serve(frame, this.#projection.finalsTier, true)));
  }

  /**
   * Why no stream may be opened, or null; counts a refusal.
   *
   * @param holder who wants one
   */
  refusal(holder: Holder): OpeningLimit | null {
    const limit = this.draining
      ? "draining" as const
      : this.#admission.refusal(holder, performance.now());
    if (limit !== null) this.#refused.add(limit);
    return limit;
  }

  /** Counts that a connection was closed because of a limit. */
  countRefusal(limit: Limit): void {
    this.#refused.add(limit);
  }

  /**
   * Takes a connection in: it counts from now on and is offered each broadcast.
   *
   * @param holder for whom it is open
   */
  add(subscriber: Subscriber, holder: Holder = ANYONE): void {
    if (this.#open.has(subscriber)) throw new Error("Cannot add a subscriber: it is there already");
    this.#open.set(subscriber, holder);
    this.#admission.enter(holder);
    this.#fanOut.add(subscriber);
    this.#connections[subscriber.transport] += 1;
    this.#counters.accepted += 1;
  }

  /** Offers no broadcast to a connection; it still counts, and is kept alive, until it is released. */
  mute(subscriber: Subscriber): void {
    this.#fanOut.remove(subscriber);
  }

  /** Offers each broadcast again, but to a connection that was told to go. */
  unmute(subscriber: Subscriber): void {
    if (this.#open.has(subscriber) && !this.#closing.has(subscriber)) {
      this.#fanOut.add(subscriber);
    }
  }

  /**
   * Offers nothing more to a connection that was told to go. It counts until it is released; where it does not
   * go within the idle time only against its address: a WebSocket cannot be ended by force.
   */
  leave(subscriber: Subscriber): void {
    this.#fanOut.remove(subscriber);
    if (this.#open.has(subscriber) && !this.#closing.has(subscriber)) {
      this.#closing.set(subscriber, performance.now());
    }
  }

  /** The connection is gone. Doing it twice is harmless. */
  release(subscriber: Subscriber): void {
    this.#fanOut.remove(subscriber);
    const holder = this.#open.get(subscriber);
    if (holder === undefined) return;
    this.#open.delete(subscriber);
    if (this.#closing.get(subscriber) === null) this.#admission.vanish(holder);
    else this.#admission.leave(holder);
    this.#closing.delete(subscriber);
    this.#overload.forget(subscriber);
    this.#connections[subscriber.transport] -= 1;
  }

  /** Moves a counter. */
  count(counter: Counter, by = 1): void {
    this.#counters[counter] += by;
  }

  /** Counters, and what is open. */
  stats(): HubStats {
    return {
      connections: { ...this.#connections },
      closing: this.#closing.size,
      ...this.#counters,
      refused: this.#refused.get(),
      holds: this.#overload.holds,
      ...this.#overload.load(this.#open.keys(), performance.now()),
    };
  }

  /**
   * Tells every client to come back, each at another time, and goes on: what was sent so far does not
   * continue in what comes next. Those who come back with their position learn whether it does.
   */
  sendAway(): void {
    this.#shared = null;
    void this.#sendAllAway(SEND_AWAY_MS);
  }

  /**
   * Stops ticking and tells every client to come back later, each at another time.
   *
   * @param waitMs how long to wait for them to go
   */
  async drain(waitMs: number): Promise<void> {
    this.#ending.abort();
    this.#stop?.();
    this.#stop = null;
    const deadline = performance.now() + waitMs;
    await this.#sendAllAway(waitMs / 2);
    while (this.#open.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
  }

  /** A time to reconnect after, in milliseconds, other for each client. */
  retryMs(): number {
    return retryMsOf(1, this.random());
  }

  /** Nobody who is here gets anything more. */
  #sendAllAway(withinMs: number): Promise<void> {
    this.#fanOut.dismiss();
    return sendAway(
      [...this.#open.keys()],
      this.random,
      withinMs,
      (subscriber, error) => this.#letGo(subscriber, error),
    );
  }

  /** One that fails must not keep the others from what they are to get or be told. */
  #letGo(subscriber: Subscriber, error: unknown): void {
    this.release(subscriber);
    log.error("A {transport} subscriber failed and was let go: {error}", {
      transport: subscriber.transport,
      error,
    });
  }

  #forEach(act: (subscriber: Subscriber, holder: Holder) => void): void {
    for (const [subscriber, holder] of this.#open) {
      try {
        act(subscriber, holder);
      } catch (error) {
        this.#letGo(subscriber, error);
      }
    }
  }

  #watch(): void {
    const now = performance.now();
    this.#overload.check(this.#open.keys(), now);
    this.#expel();
    this.#freePlaces(now);
    this.#forEach((subscriber) => subscriber.watch?.(now));
  }

  /** Ends the streams that may not go on: their key was revoked, or their session is over. */
  #expel(): void {
    this.#forEach((subscriber, { holds }) => {
      if (holds === null || this.#closing.has(subscriber) || holds()) return;
      if (subscriber.expel === undefined) subscriber.drain(this.retryMs());
      else subscriber.expel();
    });
  }

  /** Takes their places from those who were told to go long ago. */
  #freePlaces(now: number): void {
    for (const [subscriber, since] of this.#closing) {
      if (since === null || now - since < this.idleSeconds * 1_000) continue;
      const holder = this.#open.get(subscriber);
      if (holder === undefined) continue;
      this.#closing.set(subscriber, null);
      this.#admission.linger(holder);
    }
  }

  #dressCurrent(repeats: boolean): Broadcast {
    const frame = this.#projection.streamed();
    if (frame !== null) return new Broadcast(frame, this.#serve(frame, "memory"), repeats);
    const empty = this.#empty();
    return new Broadcast(empty, this.#serve(empty, "default"), repeats);
  }

  #tick(): void {
    if (this.#fanOut.isIdle) return this.#fanOut.rest();
    try {
      this.#publish(this.#dressCurrent(true));
    } catch (error) {
      // The next tick tries again; clients see the silence.
      log.error("Cannot push the current snapshot: {error}", { error });
    }
  }

  /** Whatever is pushed shows that the line is alive: a tick among it would only keep it waiting. */
  #publish(broadcast: Broadcast): void {
    this.#ticker.putOff();
    this.#fanOut.publish(broadcast);
  }

  #keepAlive(): void {
    this.#forEach((subscriber) => subscriber.keepAlive());
  }
}
