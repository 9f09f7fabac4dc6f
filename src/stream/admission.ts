/** Who may open a stream. */
import { Allowance } from "./allowance.ts";
import type { OpeningLimit } from "./limits.ts";

/** How many streams may be open, and how fast they may be opened. */
export interface AdmissionOptions {
  /** Streams that may be open at once; default 10,000. */
  readonly maxConnections?: number;
  /** Streams that may be open at once from one address of another machine; default 200. */
  readonly maxPerAddress?: number;
  /** Streams that may be opened a second, by all together; ten times as many at once. Default 500. */
  readonly handshakesPerSecond?: number;
}

const MAX_CONNECTIONS = 10_000;
const MAX_PER_ADDRESS = 200;
/** Streams that may be opened a second, where nothing else is said. */
export const HANDSHAKES_PER_SECOND = 500;
const BURST_SECONDS = 10;

/** Counts open streams, by address too. */
export class Admission {
  readonly #maxConnections: number;
  readonly #maxPerAddress: number;
  readonly #handshakes: Allowance;
  readonly #perAddress = new Map<string, number>();
  #open = 0;

  constructor(options: AdmissionOptions, now: number) {
    const perSecond = options.handshakesPerSecond ?? HANDSHAKES_PER_SECOND;
    this.#maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.#maxPerAddress = options.maxPerAddress ?? MAX_PER_ADDRESS;
    this.#handshakes = new Allowance(perSecond * BURST_SECONDS, perSecond, now);
  }

  /**
   * Why a stream may not be opened, or null.
   *
   * @param address null where none is counted
   */
  refusal(address: string | null, now: number): Exclude<OpeningLimit, "draining"> | null {
    if (!this.#handshakes.take(1, now)) return "handshakes";
    if (this.#open >= this.#maxConnections) return "connections";
    const many = address !== null && (this.#perAddress.get(address) ?? 0) >= this.#maxPerAddress;
    return many ? "address" : null;
  }

  /** A stream was opened. */
  enter(address: string | null): void {
    this.#open += 1;
    if (address !== null) this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
  }

  /** A stream that was opened is gone. */
  leave(address: string | null): void {
    this.#open -= 1;
    if (address === null) return;
    const left = (this.#perAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
  }
}
