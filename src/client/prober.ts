/** Tries better transports now and then while a lower one is used. */
import type { Clock } from "../pnl/clock.ts";
import type { Timings } from "./timings.ts";
import type { Ending, Transport } from "./transport.ts";
import { type LineOwner, WatchedLine } from "./watched_line.ts";

/** Options of {@link Prober}. */
export interface ProberOptions {
  /** Better transports than the one in use, best first. */
  readonly better: () => readonly Transport[];
  /** Trying this one again is of no use. */
  readonly refused: (transport: Transport) => void;
  /** This line opened: it is the owner's from now on, who is told next what it brings. */
  readonly found: (line: WatchedLine) => void;
  /** Who is told what a found line brings. */
  readonly owner: LineOwner;
  readonly since: () => string | null;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timings: Timings;
}

/** Waits, tries each better transport in turn, and waits longer when none got through. */
export class Prober {
  readonly #options: ProberOptions;
  #limitMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #line: WatchedLine | null = null;
  #left: Transport[] = [];

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#limitMs = options.timings.firstProbeMs;
  }

  /** A line is in use: where there are better ones, they will be tried. */
  watch(): void {
    this.stop();
    if (this.#options.better().length > 0) this.#wait();
    else this.#limitMs = this.#options.timings.firstProbeMs;
  }

  /** The network may be another: tries at once. */
  soon(): void {
    if (this.#timer === undefined) return;
    this.#limitMs = this.#options.timings.firstProbeMs;
    this.#begin();
  }

  /** Tries nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#line?.close();
    this.#line = null;
    this.#left = [];
  }

  /** Between half and the whole of a limit that doubles: clients spread, and none asks all the time. */
  #wait(): void {
    const waitMs = this.#limitMs * (0.5 + this.#options.random() / 2);
    this.#timer = setTimeout(() => this.#begin(), waitMs);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left = [...this.#options.better()];
    this.#next();
  }

  #next(): void {
    const transport = this.#left.shift();
    if (transport === undefined) {
      this.#limitMs = Math.min(this.#limitMs * 2, this.#options.timings.longestProbeMs);
      return this.#wait();
    }
    const { owner } = this.#options;
    this.#line = new WatchedLine(transport, {
      opened: (line) => this.#found(line),
      snapshot: (line, data) => owner.snapshot(line, data),
      reset: (line, reason) => owner.reset(line, reason),
      ended: (line, ending) => this.#ended(line, ending),
    }, this.#options);
    this.#line.open(this.#options.since());
  }

  #found(line: WatchedLine): void {
    this.#line = null;
    this.#options.found(line);
    this.#options.owner.opened(line);
  }

  #ended(line: WatchedLine, ending: Ending): void {
    if (line !== this.#line) return this.#options.owner.ended(line, ending);
    this.#line = null;
    if (ending.kind === "refused") this.#options.refused(line.transport);
    // A server that sends clients away is there, but not now: asked again as late as after a failure.
    this.#next();
  }
}
