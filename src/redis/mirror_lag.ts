/** How far the mirror is behind the log. */
import type { Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";

/** Options of {@link MirrorLag}. */
export interface MirrorLagOptions {
  readonly log: Pick<EventLog, "head" | "read">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Position of the newest event that is mirrored. */
  readonly position: () => number;
}

/** So old may the oldest event be that is not mirrored, and the mirror be behind, before it is said. */
const MOST_SECONDS = 10;
/** Events that come in all the time are never all mirrored: this much is no lag. */
const NO_SECONDS = 1;

/** Measures the lag, and says when it becomes long and when it is over. */
export class MirrorLag {
  readonly #options: MirrorLagOptions;
  /** The last event that was read for its time. */
  #oldest = { position: 0, recordedAt: 0 };
  /** Since when it has been behind, on the monotonic clock; null while it is not. */
  #behindSince: number | null = null;
  #isSaid = false;

  constructor(options: MirrorLagOptions) {
    this.#options = options;
  }

  /** How many events are not mirrored. */
  get events(): number {
    const { log, position } = this.#options;
    return Math.max(0, log.head().position - position());
  }

  /** How long ago the oldest event was recorded that is not mirrored, seconds; 0 where there is none. */
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
