/** A line under watch: an attempt ends in time, and a line that falls silent is dead. */
import type { Clock } from "../pnl/clock.ts";
import { DEFAULT_INTERVAL_MS, type DeliveredSnapshot, intervalOf } from "./delivered.ts";
import { Stopwatch } from "./stopwatch.ts";
import { LEAST_PATIENCE_MS, SILENT_INTERVALS, type Timings } from "./timings.ts";
import type { Ending, Line, Receiver, Transport } from "./transport.ts";

/** Told what a watched line brings. */
export interface LineOwner {
  /** The first snapshot or reset is about to be told: the transport works. */
  opened(line: WatchedLine): void;
  snapshot(line: WatchedLine, data: DeliveredSnapshot): void;
  reset(line: WatchedLine, reason: string): void;
  /** Said once, and nothing after it. */
  ended(line: WatchedLine, ending: Ending): void;
}

/** What a line needs to be watched. */
export interface WatchOptions {
  readonly clock: Clock;
  readonly timings: Timings;
}

function silent(code: string, message: string): Ending {
  return { kind: "lost", code, message, retryMs: null };
}

/** One attempt over one transport, and the line that it becomes. */
export class WatchedLine implements Receiver {
  readonly transport: Transport;
  readonly #owner: LineOwner;
  readonly #options: WatchOptions;
  readonly #began: Stopwatch;
  readonly #quiet: Stopwatch;
  #line: Line | null = null;
  #opened = false;
  #over = false;
  #intervalMs = DEFAULT_INTERVAL_MS;
  #saidInterval = false;
  /** It was asked for a sign of life, and has not given one. */
  #unanswered = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Transport, owner: LineOwner, options: WatchOptions) {
    this.transport = transport;
    this.#owner = owner;
    this.#options = options;
    this.#began = new Stopwatch(options.clock);
    this.#quiet = new Stopwatch(options.clock);
  }

  /** True from the first snapshot or reset on. */
  get isOpen(): boolean {
    return this.#opened;
  }

  /** How long ago it was begun, in milliseconds. */
  get lifeMs(): number {
    return this.#began.elapsedMs();
  }

  /** Begins. What cannot even be tried, such as a plain WebSocket from a page of https, is refused. */
  open(since: string | null): void {
    this.#arm(this.#options.timings.connectMs);
    try {
      this.#line = this.transport.open(since, this);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // Its owner is told after this has returned, as of every other ending.
      queueMicrotask(() =>
        this.ended({ kind: "refused", code: "not_supported", message, retryMs: null })
      );
    }
  }

  /** Ends it; its owner is told nothing more. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#line?.close();
  }

  /** Time may have passed without timers: a line that was silent for too long is dead, others answer. */
  look(): void {
    if (this.#over) return;
    if (this.#leftMs <= 0) return this.#giveUp();
    if (!this.#opened) return;
    this.#unanswered = true;
    this.#line?.poke();
    // A line that cannot be asked has its next tick within an interval.
    const { wakeMs } = this.#options.timings;
    this.#arm(this.transport.name === "sse" ? this.#intervalMs + wakeMs : wakeMs);
  }

  heard(intervalMs?: number): void {
    if (this.#over) return;
    this.#quiet.restart();
    this.#unanswered = false;
    if (intervalMs === undefined) return;
    this.#intervalMs = intervalMs;
    this.#saidInterval = true;
  }

  snapshot(data: DeliveredSnapshot): void {
    if (this.#over) return;
    this.heard();
    if (!this.#saidInterval) this.#intervalMs = intervalOf(data);
    this.#open();
    this.#owner.snapshot(this, data);
  }

  reset(reason: string): void {
    if (this.#over) return;
    this.heard();
    this.#open();
    this.#owner.reset(this, reason);
  }

  ended(ending: Ending): void {
    if (this.#over) return;
    this.close();
    this.#owner.ended(this, ending);
  }

  get #patienceMs(): number {
    if (!this.#opened) return this.#options.timings.connectMs;
    return Math.max(SILENT_INTERVALS * this.#intervalMs, LEAST_PATIENCE_MS);
  }

  /** An attempt is measured from its beginning, a line from the last that was heard. */
  get #leftMs(): number {
    const watch = this.#opened ? this.#quiet : this.#began;
    return this.#patienceMs - watch.elapsedMs();
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#owner.opened(this);
    this.#arm(this.#patienceMs);
  }

  /** Looks again after some time. Timers of a page in the background come late, never early. */
  #arm(afterMs: number): void {
    clearTimeout(this.#timer);
    if (this.#over) return;
    this.#timer = setTimeout(() => {
      const leftMs = this.#leftMs;
      if (leftMs <= 0 || this.#unanswered) this.#giveUp();
      else this.#arm(leftMs);
    }, afterMs);
  }

  #giveUp(): void {
    this.ended(
      this.#opened
        ? silent("silent", `Nothing came for ${Math.round(this.#quiet.elapsedMs())} ms`)
        : silent("connect_timeout", `No snapshot came within ${Math.round(this.lifeMs)} ms`),
    );
  }
}
