/** How often and how long a source was polled, and by when it should be heard of again. */
import { Histogram, type HistogramCounts } from "../metrics/histogram.ts";
import type { Clock } from "../pnl/clock.ts";
import type { SourceName } from "./source.ts";

/** Bounds of the durations that are counted, seconds. */
const DURATIONS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** So many intervals may pass in silence before polling counts as stopped. */
const INTERVALS = 3;

/** How a poll ended. */
export type PollOutcome =
  /** Everything was read. */
  | "ok"
  /** A part of it failed. */
  | "partial"
  /** The upstream failed. */
  | "failed"
  /** Read, but not kept: the wall clock is not trusted. */
  | "not_kept"
  /** Something of ours failed. */
  | "internal";

/** What was counted of one source. */
export interface PollStats {
  readonly name: SourceName;
  readonly outcomes: Readonly<Record<PollOutcome, number>>;
  /** Of polls, in seconds. */
  readonly durations: HistogramCounts;
  /**
   * When polling counts as stopped if nothing is heard before, on the monotonic clock; null where nothing is
   * to be expected.
   */
  readonly overdueAt: number | null;
}

/** Options of {@link PollMeter}. */
export interface PollMeterOptions {
  readonly name: SourceName;
  readonly intervalMs: number;
  /** A poll that brings nothing for so long is ended by others, milliseconds. */
  readonly noProgressMs: number;
  readonly clock: Clock;
}

/** Counts the polls of one source. */
export class PollMeter {
  readonly #options: PollMeterOptions;
  readonly #durations = new Histogram(DURATIONS);
  readonly #outcomes: Record<PollOutcome, number> = {
    ok: 0,
    partial: 0,
    failed: 0,
    not_kept: 0,
    internal: 0,
  };
  #begunAt = 0;
  #overdueAt: number | null = null;

  constructor(options: PollMeterOptions) {
    this.#options = options;
  }

  /** A poll begins. */
  begin(): void {
    this.#begunAt = this.#options.clock.monotonic();
    this.heard();
  }

  /** Something came, or was kept: the poll goes on. */
  heard(): void {
    this.#expect(this.#options.noProgressMs);
  }

  /** It has ended. */
  end(outcome: PollOutcome): void {
    this.#outcomes[outcome] += 1;
    this.#durations.observe((this.#options.clock.monotonic() - this.#begunAt) / 1000);
  }

  /** The next poll is due in some milliseconds. */
  dueIn(ms: number): void {
    this.#expect(ms);
  }

  /** No poll is to be expected any more. */
  stop(): void {
    this.#overdueAt = null;
  }

  /** What was counted. */
  stats(): PollStats {
    return {
      name: this.#options.name,
      outcomes: { ...this.#outcomes },
      durations: this.#durations.read(),
      overdueAt: this.#overdueAt,
    };
  }

  #expect(withinMs: number): void {
    const { clock, intervalMs } = this.#options;
    this.#overdueAt = clock.monotonic() + withinMs + INTERVALS * intervalMs;
  }
}
