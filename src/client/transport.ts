/** What a transport is: one way to follow the server. */
import type { DeliveredSnapshot } from "./delivered.ts";

/** The transports, best first. */
export type TransportName = "websocket" | "sse" | "polling";

/** Why a line ended. */
export interface Ending {
  /**
   * `lost`: it broke or never came about. `sent_away`: the server is there and wants the client later.
   * `refused`: trying again this way is of no use.
   */
  readonly kind: "lost" | "sent_away" | "refused";
  /** Machine-readable, such as `closed_1006`, `http_503`, `frame_too_large`. */
  readonly code: string;
  readonly message: string;
  /** When the server wants the client back, in milliseconds; null where it did not say. */
  readonly retryMs: number | null;
}

/** Who is told what a line brings. Each line is told apart by its own receiver. */
export interface Receiver {
  /** Something came, if only a sign of life. @param intervalMs where the server said its interval */
  heard(intervalMs?: number): void;
  /** A snapshot came. */
  snapshot(data: DeliveredSnapshot): void;
  /** The gap cannot be filled: the next snapshot is a new beginning. */
  reset(reason: string): void;
  /** The line is over. Said once, and nothing after it. */
  ended(ending: Ending): void;
}

/** An open, or opening, line. */
export interface Line {
  /** Ends it from this side. Nothing more is told to its receiver. */
  close(): void;
  /** Asks for a sign of life, where the transport can. */
  poke(): void;
}

/** One way to follow the server. */
export interface Transport {
  readonly name: TransportName;
  /** True where it brings every final since a position; false where it brings the current one alone. */
  readonly whole: boolean;
  /**
   * Opens a line. It tells its receiver nothing before this has returned.
   *
   * @param since the position to go on from, or null
   */
  open(since: string | null, receiver: Receiver): Line;
}

/** Frames, events and bodies longer than this many characters are not read. */
export const MAX_FRAME_LENGTH = 4 * 1024 * 1024;

/** The ending of a line that brought what cannot be read. */
export function unreadable(code: "bad_frame" | "frame_too_large", message: string): Ending {
  return { kind: "lost", code, message, retryMs: null };
}
