/** How far something that follows the log is behind it. */
import type { Clock } from "../pnl/clock.ts";
import type { EventLog } from "./event_log.ts";

/** What lags behind what. */
export interface LogLagOptions {
  readonly log: Pick<EventLog, "head" | "read">;
  readonly clock: Clock;
  /** Position of the newest event that it has. */
  readonly position: () => number;
}

/** Measures how far a follower is behind its log, in events and in time. */
export class LogLag {
  readonly #options: LogLagOptions;
  /** The last event that was read for its time. */
  #oldest = { position: 0, recordedAt: 0 };

  constructor(options: LogLagOptions) {
    this.#options = options;
  }

  /** How many events it does not have. */
  get events(): number {
    const { log, position } = this.#options;
    return Math.max(0, log.head().position - position());
  }

  /** How long ago the oldest event was recorded that it does not have, seconds; 0 where there is none. */
  get seconds(): number {
    const { log, position, clock } = this.#options;
    const next = position() + 1;
    if (next > log.head().position) return 0;
    if (this.#oldest.position !== next) {
      const line = log.read({ after: next - 1, limit: 1 })[0]?.line ?? "{}";
      const time: unknown = JSON.parse(line).recordedtime;
      this.#oldest = { position: next, recordedAt: Date.parse(String(time)) };
    }
    return Math.max(0, (clock.now() - this.#oldest.recordedAt) / 1_000);
  }
}
