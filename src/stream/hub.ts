/** The hub: listens to the projection and gives each new snapshot to every subscriber. */
import { getLogger } from "@logtape/logtape";
import type { Frame } from "../projection/frame.ts";
import type { Projection } from "../projection/projection.ts";
import { Broadcast, type Serve } from "./broadcast.ts";
import { Pending } from "./pending.ts";
import { planResume, type Resume } from "./resume.ts";

/** How a client is connected. */
export type Transport = "websocket" | "sse";

/** Someone who follows the stream. None of its methods throws or waits. */
export interface Subscriber {
  readonly transport: Transport;
  /** Sends a broadcast, or keeps only the newest where the client does not keep up. */
  offer(broadcast: Broadcast): void;
  /** Called every `keepAliveMs`, so that a quiet line is seen to live. */
  keepAlive(): void;
  /** Ends the stream; the client may come back after `retryMs`. */
  drain(retryMs: number): void;
}

/** Counters since start, and what is open now. */
export interface HubStats {
  readonly connections: Readonly<Record<Transport, number>>;
  /** Connections that were accepted. */
  readonly accepted: number;
  /** Connections that were refused because the limit was reached. */
  readonly refused: number;
  /** Snapshots sent to a client. */
  readonly sent: number;
  /** Snapshots that a newer one replaced before they were sent. */
  readonly conflated: number;
  /** Times a client was told that its gap cannot be filled. */
  readonly resets: number;
}

/** The counters that a subscriber moves. */
export type Counter = "sent" | "conflated" | "resets";

/** Options of {@link Hub}. */
export interface HubOptions {
  readonly projection: Projection;
  /** Adds `served` to a snapshot. */
  readonly serve: Serve;
  /** The snapshot of an empty log, served from `default`. */
  readonly empty: () => Frame;
  /** The current snapshot is pushed again this often, in milliseconds. */
  readonly intervalMs: number;
  /** Streams that may be open at once; default 10,000. */
  readonly maxConnections?: number;
  /** Event streams get a comment this often, in milliseconds; default 15,000. */
  readonly keepAliveMs?: number;
  /** 0 ≤ x < 1; spreads reconnects. Default `Math.random`. */
  readonly random?: () => number;
}

const log = getLogger(["pnl", "stream"]);

const KEEP_ALIVE_MS = 15_000;
/** Subscribers served before other work gets its turn. */
const BURST = 500;
/** Finals that may wait while a broadcast to many is under way. */
const MAX_WAITING_FINALS = 256;
/** A dressed current snapshot is shared by all who connect within this time. */
const SHARED_MS = 50;
/** Clients come back spread over this time after a drain. */
const DRAIN_SPREAD_MS = 5_000;
const DRAIN_POLL_MS = 10;

/** Fans snapshots out. Encodes each once, never waits for a client, and ticks when nothing happens. */
export class Hub {
  readonly intervalMs: number;
  readonly maxConnections: number;
  readonly random: () => number;
  readonly #keepAliveMs: number;
  readonly #projection: Projection;
  readonly #serve: Serve;
  readonly #empty: () => Frame;
  readonly #listening = new Set<Subscriber>();
  readonly #open = new Set<Subscriber>();
  readonly #waiting = new Pending(MAX_WAITING_FINALS);
  readonly #connections: Record<Transport, number> = { websocket: 0, sse: 0 };
  readonly #counters: Record<Counter | "accepted" | "refused", number> = {
    sent: 0,
    conflated: 0,
    resets: 0,
    accepted: 0,
    refused: 0,
  };
  #shared: { readonly broadcast: Broadcast; readonly madeAt: number } | null = null;
  #publishing = false;
  /** How often all were sent away: a broadcast begun before is for none who came after. */
  #departures = 0;
  readonly #closing = new AbortController();
  #stop: (() => void) | null = null;

  constructor(options: HubOptions) {
    this.intervalMs = options.intervalMs;
    this.maxConnections = options.maxConnections ?? 10_000;
    this.#keepAliveMs = options.keepAliveMs ?? KEEP_ALIVE_MS;
    this.random = options.random ?? Math.random;
    this.#projection = options.projection;
    this.#serve = options.serve;
    this.#empty = options.empty;
  }

  /** The epoch of the stream positions. */
  get epoch(): string {
    return this.#projection.epoch;
  }

  /** True from {@link drain} on: nobody is admitted any more. */
  get draining(): boolean {
    return this.closing.aborted;
  }

  /** Aborts when the drain begins: whoever waits for something to come gives up then. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Starts listening to the projection, and ticking. */
  start(): void {
    if (this.#stop !== null) throw new Error("Cannot start the hub: it is running");
    const unsubscribe = this.#projection.subscribe((frame) => {
      if (this.#listening.size === 0) return;
      this.#publish(new Broadcast(frame, this.#serve(frame, "memory")));
    });
    const tick = setInterval(() => this.#tick(), this.intervalMs);
    const alive = setInterval(() => this.#keepAlive(), this.#keepAliveMs);
    this.#stop = () => {
      unsubscribe();
      clearInterval(tick);
      clearInterval(alive);
    };
  }

  /** The current snapshot, dressed now. */
  current(): Broadcast {
    const now = performance.now();
    const frame = this.#projection.current();
    const shared = this.#shared;
    if (
      shared !== null && now - shared.madeAt < SHARED_MS && shared.broadcast.frame === frame
    ) return shared.broadcast;
    const broadcast = this.#dressCurrent();
    this.#shared = { broadcast, madeAt: now };
    return broadcast;
  }

  /** How a client that names a position goes on. */
  resume(since: string | null): Resume {
    return planResume(this.#projection, since);
  }

  /** Finals above an offset, oldest first, dressed. */
  finalsAfter(offset: number, limit: number): Broadcast[] {
    return this.#projection.finalsAfter(offset, limit)
      .map((frame) => new Broadcast(frame, this.#serve(frame, this.#projection.finalsTier)));
  }

  /** True while one more stream may be opened; counts a refusal where not. */
  admits(): boolean {
    const admits = !this.draining && this.#open.size < this.maxConnections;
    if (!admits) this.#counters.refused += 1;
    return admits;
  }

  /** Takes a connection in: it counts from now on and is offered each broadcast. */
  add(subscriber: Subscriber): void {
    if (this.#open.has(subscriber)) throw new Error("Cannot add a subscriber: it is there already");
    this.#open.add(subscriber);
    this.#listening.add(subscriber);
    this.#connections[subscriber.transport] += 1;
    this.#counters.accepted += 1;
  }

  /** Offers no broadcast to a connection any more; it still counts, and is kept alive, until it is released. */
  mute(subscriber: Subscriber): void {
    this.#listening.delete(subscriber);
  }

  /** The connection is gone. Doing it twice is harmless. */
  release(subscriber: Subscriber): void {
    this.#listening.delete(subscriber);
    if (this.#open.delete(subscriber)) this.#connections[subscriber.transport] -= 1;
  }

  /** Moves a counter. */
  count(counter: Counter, by = 1): void {
    this.#counters[counter] += by;
  }

  /** Counters, and what is open. */
  stats(): HubStats {
    return { connections: { ...this.#connections }, ...this.#counters };
  }

  /**
   * Tells every client to come back, each at another time, and goes on: what was sent so far does not
   * continue in what comes next. Those who come back with their position learn whether it does.
   */
  sendAway(): void {
    this.#departures += 1;
    this.#waiting.clear();
    this.#shared = null;
    for (const subscriber of [...this.#open]) subscriber.drain(this.retryMs());
  }

  /**
   * Stops ticking and tells every client to come back later, each at another time.
   *
   * @param waitMs how long to wait for them to go
   */
  async drain(waitMs: number): Promise<void> {
    this.#closing.abort();
    this.#stop?.();
    this.#stop = null;
    this.#waiting.clear();
    for (const subscriber of [...this.#open]) subscriber.drain(this.retryMs());
    const deadline = performance.now() + waitMs;
    while (this.#open.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
  }

  /** A time to reconnect after, in milliseconds, other for each client. */
  retryMs(): number {
    return 1_000 + Math.floor(this.random() * DRAIN_SPREAD_MS);
  }

  #dressCurrent(): Broadcast {
    const frame = this.#projection.current();
    if (frame !== null) return new Broadcast(frame, this.#serve(frame, "memory"));
    const empty = this.#empty();
    return new Broadcast(empty, this.#serve(empty, "default"));
  }

  #tick(): void {
    if (this.#listening.size === 0) return;
    try {
      this.#publish(this.#dressCurrent());
    } catch (error) {
      // The next tick tries again; clients see the silence.
      log.error("Cannot push the current snapshot: {error}", { error });
    }
  }

  #publish(broadcast: Broadcast): void {
    this.count("conflated", this.#waiting.add(broadcast) * this.#listening.size);
    if (!this.#publishing) void this.#publishAll();
  }

  /** Runs at once up to the first burst, so that few subscribers are served without waiting. */
  async #publishAll(): Promise<void> {
    this.#publishing = true;
    let served = 0;
    for (let next = this.#waiting.take(); next !== undefined; next = this.#waiting.take()) {
      const departures = this.#departures;
      for (const subscriber of this.#listening) {
        this.#offer(subscriber, next);
        served += 1;
        if (served % BURST === 0) await new Promise((resolve) => setTimeout(resolve, 0));
        if (this.#departures !== departures) break;
      }
    }
    this.#publishing = false;
  }

  #offer(subscriber: Subscriber, broadcast: Broadcast): void {
    try {
      subscriber.offer(broadcast);
    } catch (error) {
      // One broken connection must not end the stream of the others.
      this.release(subscriber);
      log.error("A {transport} subscriber failed and was let go: {error}", {
        transport: subscriber.transport,
        error,
      });
    }
  }

  #keepAlive(): void {
    for (const subscriber of this.#open) subscriber.keepAlive();
  }
}
