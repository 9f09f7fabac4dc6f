/** What operators see of a node beside what its parts tell of themselves. */
import type { EventLog } from "../log/event_log.ts";
import { Histogram } from "../metrics/histogram.ts";
import { LoopDelay } from "../metrics/loop_delay.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Frame } from "../projection/frame.ts";
import type { Projection } from "../projection/projection.ts";
import type { PollStats } from "../sources/poll_meter.ts";
import type { Hub } from "../stream/hub.ts";
import { StallWatch } from "./health_watch.ts";
import { RequestMeter } from "./request_meter.ts";

/** Bounds of the delays with which windows close, seconds: the next event closes one. */
const CLOSE_DELAYS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/** What is watched and measured. */
export interface OperationsOptions {
  readonly clock: Clock;
  /** Null on an edge. */
  readonly log: EventLog | null;
  readonly projection: Projection;
  readonly hub: Hub;
  /** What was counted of the polls; empty on an edge. */
  readonly polls: () => readonly PollStats[];
  readonly intervalMs: () => number;
}

/** Measures and watches one node, from {@link Operations.start} on. */
export class Operations {
  /** When it was made, milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly #startedOn: number;
  readonly polls: () => readonly PollStats[];
  readonly requests = new RequestMeter();
  readonly loop = new LoopDelay();
  /** How long after its end each window was final, seconds. */
  readonly closeDelays = new Histogram(CLOSE_DELAYS);
  readonly watch: StallWatch;
  readonly #clock: Clock;
  readonly #projection: Projection;

  constructor(options: OperationsOptions) {
    const { clock, projection, polls } = options;
    this.#clock = clock;
    this.#projection = projection;
    this.polls = polls;
    this.startedAt = clock.now();
    this.#startedOn = clock.monotonic();
    this.watch = new StallWatch({ ...options, loop: this.loop });
  }

  /** How long ago that was, whatever the wall clock did since. */
  get uptimeMs(): number {
    return this.#clock.monotonic() - this.#startedOn;
  }

  /** Begins. Returns what ends it. */
  start(): () => void {
    const ends = [
      this.loop.start(),
      this.watch.start(),
      this.#projection.subscribe((frame) => this.#closed(frame)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  #closed({ final, json }: Frame): void {
    if (!final) return;
    const end = Date.parse(JSON.parse(json).window.end);
    this.closeDelays.observe(Math.max(0, this.#clock.now() - end) / 1000);
  }
}
