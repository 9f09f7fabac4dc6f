/** A watchdog: says when polling, projecting or pushing has stopped, or when nothing had a turn. */
import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import type { LoopDelay } from "../metrics/loop_delay.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Projection } from "../projection/projection.ts";
import type { PollStats } from "../sources/poll_meter.ts";
import type { Hub } from "../stream/hub.ts";

/** Everything is looked at this often, milliseconds. */
const LOOK_MS = 1_000;
/** So many intervals may pass in which nothing moves. */
const INTERVALS = 3;
/** A loop that is late by more is blocked, milliseconds. It is said for as long as other stalls need. */
const BLOCKED_MS = 2_000;

/** A part that may stop. */
export type WatchedPart = "polling" | "projecting" | "pushing" | "event_loop";

/** Something that has stopped. */
export interface Stall {
  readonly part: WatchedPart;
  /** What is not polled; null for other parts. */
  readonly source: string | null;
  /** The word for it in `/health`. */
  readonly reason: string;
}

/** What is watched. */
export interface StallWatchOptions {
  readonly clock: Clock;
  /** Null on an edge. */
  readonly log: Pick<EventLog, "head"> | null;
  readonly projection: Pick<Projection, "position" | "state">;
  readonly hub: Pick<Hub, "pushedAt" | "intervalMs" | "draining">;
  readonly polls: () => readonly PollStats[];
  readonly loop: Pick<LoopDelay, "longest">;
  readonly intervalMs: () => number;
  readonly logger?: Logger;
}

/** Looks at each part again and again. It runs on the event loop too: of a block it tells afterwards. */
export class StallWatch {
  readonly #options: StallWatchOptions;
  readonly #logger: Logger;
  #lookedAt: number;
  /** Where the log ended when the fold was last there, and when that was. */
  #mark: { readonly head: number; readonly at: number };
  /** Where the fold was when it last moved, and when that was. */
  #moved: { readonly position: number; readonly at: number };
  #stalls: readonly Stall[] = [];

  constructor(options: StallWatchOptions) {
    this.#options = options;
    this.#logger = options.logger ?? getLogger(["pnl", "health"]);
    const at = options.clock.monotonic();
    this.#lookedAt = at;
    this.#mark = { head: 0, at };
    this.#moved = { position: 0, at };
  }

  /** What has stopped, as of the last look. */
  get stalls(): readonly Stall[] {
    return this.#stalls;
  }

  /** Begins to look. Returns what ends it. */
  start(): () => void {
    const timer = setInterval(() => this.look(), LOOK_MS);
    return () => clearInterval(timer);
  }

  /** Looks once, and says what stopped since the last look, or goes on again. */
  look(): void {
    const now = this.#options.clock.monotonic();
    // Where this look is late, everything else is too: it gets its turn first.
    const isLate = now - this.#lookedAt > LOOK_MS + BLOCKED_MS;
    this.#lookedAt = now;
    if (isLate) this.#mark = { ...this.#mark, at: now };
    if (isLate) this.#moved = { ...this.#moved, at: now };
    const stalls = isLate ? this.#loop() : [
      ...this.#polling(now),
      ...this.#projecting(now),
      ...this.#pushing(),
      ...this.#loop(),
    ];
    const before = this.#stalls;
    this.#stalls = stalls;
    this.#tell(before, stalls);
  }

  get #mostMs(): number {
    return INTERVALS * this.#options.intervalMs();
  }

  #polling(now: number): Stall[] {
    return this.#options.polls()
      .filter(({ overdueAt }) => overdueAt !== null && now > overdueAt)
      .map(({ name }) => ({ part: "polling", source: name, reason: `${name}_polling_stopped` }));
  }

  /** A fold from far behind may take long as long as it moves; else it has to keep up. */
  #projecting(now: number): Stall[] {
    const { log, projection: { position, state } } = this.#options;
    if (log === null) return [];
    const head = log.head().position;
    if (position >= this.#mark.head) this.#mark = { head, at: now };
    if (position !== this.#moved.position) this.#moved = { position, at: now };
    if (position >= head) return [];
    const since = state.status === "rebuilding" ? this.#moved.at : this.#mark.at;
    return now - since > this.#mostMs
      ? [{ part: "projecting", source: null, reason: "projecting_stopped" }]
      : [];
  }

  #pushing(): Stall[] {
    const { hub } = this.#options;
    const silentMs = performance.now() - hub.pushedAt;
    return !hub.draining && silentMs > INTERVALS * hub.intervalMs
      ? [{ part: "pushing", source: null, reason: "pushing_stopped" }]
      : [];
  }

  #loop(): Stall[] {
    return this.#options.loop.longest(this.#mostMs) > BLOCKED_MS
      ? [{ part: "event_loop", source: null, reason: "event_loop_blocked" }]
      : [];
  }

  #tell(before: readonly Stall[], after: readonly Stall[]): void {
    const isIn = (stalls: readonly Stall[], { reason }: Stall) =>
      stalls.some((stall) => stall.reason === reason);
    for (const stall of after.filter((stall) => !isIn(before, stall))) {
      this.#logger.error("Watchdog: {reason}", { ...stall });
    }
    for (const stall of before.filter((stall) => !isIn(after, stall))) {
      this.#logger.info("Watchdog: {reason} is over", { ...stall });
    }
  }
}
