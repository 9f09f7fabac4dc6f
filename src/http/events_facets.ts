/** How many events of each source and of each type the log holds. */
import type { EventCount, EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { yieldTurn } from "../projection/catch_up.ts";

/** Positions that are looked at before others may have their turn: a few milliseconds. */
const STEP = 5_000;
/** Others may have their turn after so long, milliseconds. */
const TURN_MS = 4;

/** What a menu of filters needs. */
export interface Facets {
  /** Events up to and with this position are counted. */
  readonly position: number;
  readonly sources: readonly { readonly source: string; readonly count: number }[];
  readonly types: readonly { readonly type: string; readonly count: number }[];
}

/**
 * Counts each event once: what was counted is kept, and a question looks at what was appended since. The
 * first looks at the whole log, step by step; whoever asks meanwhile waits for the same steps.
 */
export class EventFacets {
  readonly #log: EventLog;
  readonly #clock: Clock;
  /** By source and type, of which the catalogue has few. */
  readonly #counts = new Map<string, EventCount>();
  #position = 0;
  #running: Promise<void> | null = null;

  constructor(log: EventLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** What was counted so far, by source and type. */
  counts(): readonly EventCount[] {
    return [...this.#counts.values()];
  }

  /**
   * The counts, of the log as it is when they are asked for or later.
   *
   * @throws {LogFailedError} where the log cannot be read
   */
  async read(): Promise<Facets> {
    const wanted = this.#log.head().position;
    while (this.#position < wanted) {
      this.#running ??= this.#count().finally(() => this.#running = null);
      await this.#running;
    }
    const sources = this.#sums(({ source }) => source);
    const types = this.#sums(({ type }) => type);
    return {
      position: this.#position,
      sources: sources.map(([source, count]) => ({ source, count })),
      types: types.map(([type, count]) => ({ type, count })),
    };
  }

  async #count(): Promise<void> {
    const end = this.#log.head().position;
    for (let turn = this.#clock.monotonic(); this.#position < end;) {
      const to = Math.min(this.#position + STEP, end);
      for (const found of this.#log.count({ after: this.#position, to })) {
        const key = `${found.source} ${found.type}`;
        const count = found.count + (this.#counts.get(key)?.count ?? 0);
        this.#counts.set(key, { ...found, count });
      }
      this.#position = to;
      turn = await yieldTurn(this.#clock, turn, TURN_MS);
    }
  }

  /** Counts by a name, sorted by it. */
  #sums(name: (count: EventCount) => string): [string, number][] {
    const sums = new Map<string, number>();
    for (const each of this.#counts.values()) {
      sums.set(name(each), (sums.get(name(each)) ?? 0) + each.count);
    }
    return [...sums].sort(([a], [b]) => a < b ? -1 : 1);
  }
}
