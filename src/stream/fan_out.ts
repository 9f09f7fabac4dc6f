/** Giving broadcasts to many subscribers, a burst at a time, so that other work gets its turn. */
import type { Broadcast } from "./broadcast.ts";
import { Pending } from "./pending.ts";
import type { Subscriber } from "./subscriber.ts";

/** Frames handed over before other work gets its turn. */
const BURST = 500;
/** Finals that may wait while a broadcast to many is under way. */
const MAX_WAITING_FINALS = 256;

/** Told what comes of it. */
export interface FanOutOwner {
  /** So many frames give way to newer ones before they were offered to anybody. */
  conflated(frames: number): void;
  /** A subscriber failed: it is to be let go. */
  failed(subscriber: Subscriber, error: unknown): void;
}

/** What goes out together. */
interface Batch {
  /** Oldest first. */
  readonly broadcasts: readonly Broadcast[];
  /** There were finals before these, which were pushed out while they waited. */
  readonly overflowed: boolean;
}

/** Offers each broadcast to all who listen, those that come while others are under way after these. */
export class FanOut {
  readonly #owner: FanOutOwner;
  readonly #listening = new Set<Subscriber>();
  readonly #waiting = new Pending(MAX_WAITING_FINALS);
  #serving = false;
  /** Finals before what waits were pushed out of it. */
  #overflowed = false;
  /** How often all were dismissed: what was begun before is for none who came after. */
  #dismissals = 0;
  /** When all were last through, or there was nobody. */
  #servedAt = performance.now();

  constructor(owner: FanOutOwner) {
    this.#owner = owner;
  }

  /** True where nobody listens. */
  get isIdle(): boolean {
    return this.#listening.size === 0;
  }

  /** When all were last given what was to be given, on the monotonic clock of `performance`. */
  get servedAt(): number {
    return this.#servedAt;
  }

  /** Offers each broadcast to a subscriber from now on. */
  add(subscriber: Subscriber): void {
    this.#listening.add(subscriber);
  }

  /** Offers a subscriber nothing more. Doing it twice is harmless. */
  remove(subscriber: Subscriber): void {
    this.#listening.delete(subscriber);
  }

  /** Offers nobody who is here anything more, and to those who come nothing that was published so far. */
  dismiss(): void {
    this.#dismissals += 1;
    this.#waiting.clear();
    this.#listening.clear();
  }

  /**
   * Offers a broadcast to all who listen. It begins when the caller is done: a final and the snapshot that
   * came with it go out together, and nobody waits for the one until all others have the other.
   */
  publish(broadcast: Broadcast): void {
    if (this.isIdle) return this.rest();
    const pushesOut = this.#waiting.pushesOut(broadcast);
    this.#overflowed ||= pushesOut;
    // What is pushed out gives way to nothing: each reads it again, and counts it where that fails.
    const conflated = this.#waiting.add(broadcast) - (pushesOut ? 1 : 0);
    this.#owner.conflated(conflated * this.#listening.size);
    if (this.#serving) return;
    this.#serving = true;
    queueMicrotask(() => void this.#serveAll());
  }

  /** There is nobody, and so nothing that is late. */
  rest(): void {
    this.#servedAt = performance.now();
  }

  async #serveAll(): Promise<void> {
    let offered = 0;
    for (let batch = this.#take(); batch !== null; batch = this.#take()) {
      const dismissals = this.#dismissals;
      // Asked once for all of a burst: for each peer it would cost as much as a tenth of a frame.
      let now = performance.now();
      for (const subscriber of this.#listening) {
        this.#offer(subscriber, batch, now);
        offered += batch.broadcasts.length;
        if (offered >= BURST) {
          offered = 0;
          await new Promise((resolve) => setTimeout(resolve, 0));
          now = performance.now();
        }
        if (this.#dismissals !== dismissals) break;
      }
      this.rest();
    }
    this.#serving = false;
  }

  #take(): Batch | null {
    const broadcasts = this.#waiting.takeAll();
    if (broadcasts.length === 0) return null;
    const overflowed = this.#overflowed;
    this.#overflowed = false;
    return { broadcasts, overflowed };
  }

  #offer(subscriber: Subscriber, { broadcasts, overflowed }: Batch, now: number): void {
    try {
      if (overflowed) subscriber.missed?.();
      for (const broadcast of broadcasts) subscriber.offer(broadcast, now);
    } catch (error) {
      // One broken connection must not end the stream of the others.
      this.#owner.failed(subscriber, error);
    }
  }
}
