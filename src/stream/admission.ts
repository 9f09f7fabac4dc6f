/** Who may open a stream. */
import { Allowance } from "./allowance.ts";
import type { Holder } from "./holder.ts";
import type { OpeningLimit } from "./limits.ts";
import { Tally } from "./tally.ts";

/** How many streams may be open, and how fast they may be opened. */
export interface AdmissionOptions {
  /** Streams that may be open at once; default 10,000. */
  readonly maxConnections?: number;
  /** Streams that may be open at once from one address of another machine; default 200. */
  readonly maxPerAddress?: number;
  /** Streams that may be open at once with one key; default 500. */
  readonly maxPerKey?: number;
  /** Streams that may be opened a second, by all together; ten times as many at once. Default 500. */
  readonly handshakesPerSecond?: number;
}

const MAX_CONNECTIONS = 10_000;
const MAX_PER_ADDRESS = 200;
const MAX_PER_KEY = 500;
/** Streams that may be opened a second, where nothing else is said. */
export const HANDSHAKES_PER_SECOND = 500;
const BURST_SECONDS = 10;

/** Whom a stream counts for. */
type Counted = Pick<Holder, "address" | "key">;

/** Counts open streams, by address and by key too. */
export class Admission {
  readonly #maxConnections: number;
  readonly #maxPerAddress: number;
  readonly #maxPerKey: number;
  readonly #handshakes: Allowance;
  readonly #addresses = new Tally();
  readonly #keys = new Tally();
  #open = 0;
  /** Streams that were told to go, and did not. */
  #lingering = 0;

  constructor(options: AdmissionOptions, now: number) {
    const perSecond = options.handshakesPerSecond ?? HANDSHAKES_PER_SECOND;
    this.#maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.#maxPerAddress = options.maxPerAddress ?? MAX_PER_ADDRESS;
    this.#maxPerKey = options.maxPerKey ?? MAX_PER_KEY;
    this.#handshakes = new Allowance(perSecond * BURST_SECONDS, perSecond, now);
  }

  /** Why a stream may not be opened, or null. */
  refusal({ address, key }: Counted, now: number): Exclude<OpeningLimit, "draining"> | null {
    if (!this.#handshakes.take(1, now)) return "handshakes";
    if (this.#open >= this.#maxConnections) return "connections";
    // Each still costs a socket: there may not be more and more of them.
    if (this.#lingering >= this.#maxConnections) return "connections";
    if (this.#addresses.of(address) >= this.#maxPerAddress) return "address";
    return this.#keys.of(key) >= this.#maxPerKey ? "key" : null;
  }

  /** A stream was opened. */
  enter({ address, key }: Counted): void {
    this.#open += 1;
    this.#addresses.add(address);
    this.#keys.add(key);
  }

  /** A stream that was opened is gone. */
  leave({ address, key }: Counted): void {
    this.#open -= 1;
    this.#addresses.remove(address);
    this.#keys.remove(key);
  }

  /**
   * A stream that is open was told to go, and does not: it gives its place back, of the process and of the
   * key. Its address has it still, or it could open more and more of them.
   */
  linger({ key }: Counted): void {
    this.#open -= 1;
    this.#keys.remove(key);
    this.#lingering += 1;
  }

  /** A stream that lingered is gone. */
  vanish({ address }: Counted): void {
    this.#lingering -= 1;
    this.#addresses.remove(address);
  }
}
