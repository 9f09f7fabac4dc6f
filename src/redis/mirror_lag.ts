/** How far the mirror is behind the log. */
import type { Logger } from "@logtape/logtape";
import { LogLag, type LogLagOptions } from "../log/log_lag.ts";

/** Options of {@link MirrorLag}; the follower is the mirror. */
export interface MirrorLagOptions extends LogLagOptions {
  readonly logger: Logger;
}

/** So old may the oldest event be that is not mirrored, and the mirror be behind, before it is said. */
const MOST_SECONDS = 10;
/** Events that come in all the time are never all mirrored: this much is no lag. */
const NO_SECONDS = 1;

/** Measures the lag, and says when it becomes long and when it is over. */
export class MirrorLag {
  readonly #options: MirrorLagOptions;
  readonly #lag: LogLag;
  /** Since when it has been behind, on the monotonic clock; null while it is not. */
  #behindSince: number | null = null;
  #isSaid = false;

  constructor(options: MirrorLagOptions) {
    this.#options = options;
    this.#lag = new LogLag(options);
  }

  /** How many events are not mirrored. */
  get events(): number {
    return this.#lag.events;
  }

  /** How long ago the oldest event was recorded that is not mirrored, seconds; 0 where there is none. */
  get seconds(): number {
    return this.#lag.seconds;
  }

  /** Looks at the lag; called once a second. Never throws. */
  look(): void {
    try {
      this.#judge(this.seconds);
    } catch (error) {
      this.#options.logger.error("Cannot tell how far Redis is behind the log", { error });
    }
  }

  #judge(seconds: number): void {
    const { clock, logger, position } = this.#options;
    const now = clock.monotonic();
    if (seconds <= NO_SECONDS) {
      this.#behindSince = null;
      if (this.#isSaid) {
        this.#isSaid = false;
        logger.info("Redis has caught up with the log, at position {position}", {
          position: position(),
        });
      }
      return;
    }
    // A past of years that is filled in at the start is no lag as long as it takes no time.
    this.#behindSince ??= now;
    const isLong = seconds > MOST_SECONDS && now - this.#behindSince > MOST_SECONDS * 1_000;
    if (!isLong || this.#isSaid) return;
    this.#isSaid = true;
    logger.warn("Redis is {events} events and {seconds} s behind the log", {
      events: this.events,
      seconds: Math.round(seconds),
    });
  }
}
