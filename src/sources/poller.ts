/** The poller: one loop for each source, none of which waits for another. */
import type { Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import { SOURCE_NAMES } from "../pnl/sources.ts";
import type { EventLog } from "../log/event_log.ts";
import { RecordingGate } from "./recording_gate.ts";
import type { PollStats } from "./poll_meter.ts";
import type { Source, SourceName } from "./source.ts";
import { SourceLoop } from "./source_loop.ts";
import type { StateStore } from "./state_store.ts";
import { CLOSED_BREAKER, type SourceStatus } from "./status.ts";

/** How long {@link Poller.stop} waits for what runs. */
const STOP_MS = 2_000;

/** Options of {@link Poller}. */
export interface PollerOptions {
  readonly sources: readonly Source[];
  readonly log: EventLog;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Failed polls in a row that open a source's breaker; default 5. */
  readonly breakerThreshold?: number;
  /** How long it stays open, in milliseconds; default 60,000. */
  readonly breakerResetMs?: number;
  /** A poll that brings nothing for so long is ended, in milliseconds; default 120,000. */
  readonly noProgressMs?: number;
}

/** Polls all sources into the log. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #loops: ReadonlyMap<SourceName, SourceLoop>;
  readonly #gate: RecordingGate;
  readonly #controller = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
    const gate = new RecordingGate(options);
    this.#gate = gate;
    this.#loops = new Map(options.sources.map((source) => [
      source.name,
      new SourceLoop({
        source,
        gate,
        log: options.log,
        state: options.state,
        clock: options.clock,
        breakerThreshold: options.breakerThreshold ?? 5,
        breakerResetMs: options.breakerResetMs ?? 60_000,
        noProgressMs: options.noProgressMs ?? 120_000,
        ...(options.logger === undefined ? {} : { logger: options.logger }),
      }),
    ]));
  }

  /**
   * Begins to poll, every source at once. Bindings are checked first: where one is contradicted, every
   * source is stopped, with the reason in its status. A caller that is to end then checks them before.
   * Nothing is appended before an upstream agrees with the wall clock; all sources are bound then.
   *
   * @param signal ends it as {@link stop} does
   */
  start(signal?: AbortSignal): void {
    if (this.#running !== null) throw new Error("Cannot start: the poller runs already");
    const abort = () => this.#controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    for (const loop of this.#loops.values()) loop.awaited();
    this.#running = this.#run(this.#controller.signal).catch((error) => {
      if (this.#controller.signal.aborted) return;
      for (const loop of this.#loops.values()) loop.stopped(error);
    });
  }

  /** Aborts what is in flight and waits for what is being appended, at most two seconds. */
  async stop(): Promise<void> {
    this.#controller.abort(new DOMException("The poller stops", "AbortError"));
    if (this.#running === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_MS);
    });
    try {
      await Promise.race([this.#running, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Ends polling for good while the rest goes on: from now on nothing is appended, and each source's status
   * says why.
   */
  halt(reason: Error & { readonly code: string }): void {
    this.#gate.close(reason);
    this.#controller.abort(reason);
    for (const loop of this.#loops.values()) loop.stopped(reason, reason.code);
  }

  /** False until an upstream's `Date` agrees with the wall clock, at first and after each jump. */
  isClockTrusted(): boolean {
    return this.#gate.isClockTrusted();
  }

  /** Every source there could be, in a fixed order; those without a configuration as such. */
  statuses(): SourceStatus[] {
    return SOURCE_NAMES.map((name) => this.#loops.get(name)?.status() ?? notConfigured(name));
  }

  /** What was counted of the polls of each source that is configured. */
  polls(): PollStats[] {
    return [...this.#loops.values()].map((loop) => loop.polls());
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { log, state } = this.#options;
    await this.#gate.enter(signal);
    state.adoptLog(log);
    await Promise.all([...this.#loops.values()].map((loop) => loop.run(signal)));
  }
}

function notConfigured(name: SourceName): SourceStatus {
  return {
    name,
    state: "not_configured",
    intervalMs: 0,
    lastSuccessAt: null,
    nextPollAt: null,
    backfillRows: 0,
    breaker: CLOSED_BREAKER,
  };
}
