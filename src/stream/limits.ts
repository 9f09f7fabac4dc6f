/** What a client may not exceed, and what is said and counted where it does. */

/** A limit by its name in the counters. */
export type Limit =
  /** The process takes no more streams. */
  | "connections"
  /** One address has as many streams as it may. */
  | "address"
  /** One key has as many streams as it may. */
  | "key"
  /** Too many streams were opened in a short time, by all together. */
  | "handshakes"
  /** The server is going down. */
  | "draining"
  /** A client sends too many frames. */
  | "frames"
  /** A client sends too many bytes. */
  | "bytes"
  /** A client speaks, and has acknowledged nothing for too long. */
  | "slow";

/** The limits that decide whether a stream is opened. */
export type OpeningLimit = Extract<
  Limit,
  "connections" | "address" | "key" | "handshakes" | "draining"
>;

/** What a refusal is called, and what it says. */
export const REFUSALS: Readonly<
  Record<Limit, { readonly code: string; readonly message: string }>
> = {
  connections: {
    code: "too_many_connections",
    message: "No more streams can be opened here now",
  },
  address: {
    code: "too_many_from_address",
    message: "No more streams can be opened from this address",
  },
  key: {
    code: "too_many_of_key",
    message: "No more streams can be opened with this key",
  },
  handshakes: {
    code: "too_many_handshakes",
    message: "Too many streams were opened in a short time",
  },
  draining: { code: "draining", message: "The server is going down" },
  frames: { code: "too_many_frames", message: "Too many frames in a short time" },
  bytes: { code: "too_many_bytes", message: "Too many bytes in a short time" },
  slow: { code: "too_slow", message: "Nothing was acknowledged for too long" },
};

/** Counts refusals by limit. */
export class RefusalCounts {
  readonly #counts: Record<Limit, number> = {
    connections: 0,
    address: 0,
    key: 0,
    handshakes: 0,
    draining: 0,
    frames: 0,
    bytes: 0,
    slow: 0,
  };

  /** Counts one. */
  add(limit: Limit): void {
    this.#counts[limit] += 1;
  }

  /** A copy of the counts. */
  get(): Readonly<Record<Limit, number>> {
    return { ...this.#counts };
  }
}
