/** The client's times, in milliseconds. */

/** How long the client waits for what. */
export interface Timings {
  /** Longest wait before the first attempt after a break; the actual one is random below it. */
  readonly firstRetryMs: number;
  /** Longest wait before any attempt. */
  readonly longestRetryMs: number;
  /** An attempt that has brought no snapshot by then has failed. */
  readonly connectMs: number;
  /** A line that held so long begins its waiting anew when it breaks. */
  readonly settledMs: number;
  /** While a lower transport is used, a better one is tried after about this time at first. */
  readonly firstProbeMs: number;
  /** And at least about this often. */
  readonly longestProbeMs: number;
  /** After a wake-up a line has so long to show that it lives. */
  readonly wakeMs: number;
  /** The tab that holds the connection says so this often. */
  readonly beatMs: number;
  /** A tab that has not been heard for so long has lost the connection to another one. */
  readonly beatLostMs: number;
}

/** What is right for people and servers on the Internet. */
export const TIMINGS: Timings = {
  firstRetryMs: 500,
  longestRetryMs: 30_000,
  connectMs: 10_000,
  settledMs: 5_000,
  firstProbeMs: 6_000,
  longestProbeMs: 300_000,
  wakeMs: 3_000,
  beatMs: 2_000,
  beatLostMs: 8_000,
};

/** No server can send a client away for longer. */
export const LONGEST_HINT_MS = 600_000;

/** A line that was silent for so many of the server's intervals is dead, whatever its socket says. */
export const SILENT_INTERVALS = 3;

/** And none is before so many milliseconds, whatever its interval is. */
export const LEAST_PATIENCE_MS = 500;
