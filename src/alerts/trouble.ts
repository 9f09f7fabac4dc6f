/** What is said of work that is done again and again, and fails. */
import type { Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";

/** What was told is told again after this time, milliseconds. */
const AGAIN_MS = 60_000;
/** So many reasons are told within that time. */
const MOST_REASONS = 8;

/** What a {@link Trouble} works with. */
export interface TroubleOptions {
  readonly logger: Logger;
  readonly clock: Pick<Clock, "monotonic">;
  /** What fails; it may name properties. */
  readonly failed: string;
  /** That it works again. */
  readonly over: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** Tells of a failure at once, and while its reason is the same each minute; and that it is over. */
export class Trouble {
  readonly #options: TroubleOptions;
  /** When each reason was told, milliseconds of the monotonic clock. */
  readonly #told = new Map<string, number>();
  #isOn = false;

  constructor(options: TroubleOptions) {
    this.#options = options;
  }

  /** It failed. What works and fails in turn is told of each minute, too. */
  failed(error: unknown): void {
    const { logger, clock, failed, properties } = this.#options;
    const now = clock.monotonic();
    for (const [reason, at] of this.#told) {
      if (now - at >= AGAIN_MS) this.#told.delete(reason);
    }
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#told.has(reason) || this.#told.size === MOST_REASONS) return;
    this.#told.set(reason, now);
    this.#isOn = true;
    logger.error(failed, { ...properties, error });
  }

  /** It works: said where a failure was told since it last did. */
  over(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#options.logger.info(this.#options.over, { ...this.#options.properties });
  }
}
