/** The loop of one source: rounds on a schedule, behind a breaker of its own. */
import { getLogger, type Logger } from "@logtape/logtape";
import { BrokenCircuitError, CircuitState } from "cockatiel";
import type { Clock } from "../pnl/clock.ts";
import type { EventLog } from "../log/event_log.ts";
import { Appender } from "./appender.ts";
import { transitionEvent } from "./breaker_events.ts";
import { UntrustedClockError } from "./clock_watch.ts";
import { pollBreaker } from "./guard.ts";
import { PollMeter, type PollStats } from "./poll_meter.ts";
import type { RecordingGate } from "./recording_gate.ts";
import { type RoundResult, runRound } from "./round.ts";
import { sleep } from "./sleep.ts";
import { type Source, UpstreamError } from "./source.ts";
import type { StateStore } from "./state_store.ts";
import { type BreakerState, type BreakerStatus, INTERNAL, type SourceStatus } from "./status.ts";

/** What a loop works with. */
export interface LoopDeps {
  readonly source: Source;
  readonly log: EventLog;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly gate: RecordingGate;
  readonly breakerThreshold: number;
  readonly breakerResetMs: number;
  readonly noProgressMs: number;
  readonly logger?: Logger;
}

const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: "CLOSED",
  [CircuitState.Open]: "OPEN",
  [CircuitState.HalfOpen]: "HALF_OPEN",
  // Nothing here isolates a breaker.
  [CircuitState.Isolated]: "OPEN",
};

/** A source that waits for the clock alone looks this often whether it is trusted again, in milliseconds. */
const CLOCK_LOOK_MS = 250;

/** Polls one source until it is aborted. */
export class SourceLoop {
  readonly #deps: LoopDeps;
  readonly #logger: Logger;
  readonly #breaker: ReturnType<typeof pollBreaker>;
  readonly #appender: Appender;
  readonly #meter: PollMeter;
  #state: SourceStatus["state"] = "starting";
  #lastSuccessAt: string | null = null;
  /** What the log was last told; a start after a crash may have to close what was open. */
  #told: BreakerState = "CLOSED";
  #nextPollAt: string | null = null;
  #backfillRows = 0;
  #failures = 0;
  #openedAt: number | null = null;
  /** When an open breaker is tried again, on the monotonic clock. */
  #retryAt = 0;
  /** The last round was not kept, for the wall clock was not trusted. */
  #isPaused = false;
  #lastError: BreakerStatus["lastError"] = null;

  constructor(deps: LoopDeps) {
    this.#deps = deps;
    this.#logger = (deps.logger ?? getLogger(["pnl", "sources"])).with({
      source: deps.source.name,
    });
    this.#breaker = pollBreaker(deps.breakerThreshold);
    this.#appender = new Appender(deps.source, deps.log, deps.clock);
    const { source: { name, intervalMs }, noProgressMs, clock } = deps;
    this.#meter = new PollMeter({ name, intervalMs, noProgressMs, clock });
    this.#remember();
  }

  /** What is known of the source now. */
  status(): SourceStatus {
    const { source, clock, breakerResetMs } = this.#deps;
    const state = STATES[this.#breaker.policy.state];
    return {
      name: source.name,
      state: this.#state,
      intervalMs: source.intervalMs,
      lastSuccessAt: this.#lastSuccessAt,
      nextPollAt: this.#nextPollAt,
      backfillRows: this.#backfillRows,
      breaker: {
        state,
        consecutiveFailures: this.#failures,
        openedAt: this.#openedAt === null ? null : iso(this.#openedAt),
        nextAttemptAt: state === "OPEN" && this.#openedAt !== null
          // The wall clock may have been set back since.
          ? iso(Math.min(this.#openedAt, clock.now()) + breakerResetMs)
          : null,
        lastError: this.#lastError,
      },
    };
  }

  /** What was counted of its polls. */
  polls(): PollStats {
    return this.#meter.stats();
  }

  /** It is to run soon, when what it waits for has been read. */
  awaited(): void {
    this.#meter.heard();
  }

  /**
   * Polls on the source's interval, one round at a time; a round that takes longer is followed at once by
   * the next. While the wall clock is not trusted it goes on asking, but keeps nothing.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, source } = this.#deps;
    this.#remember();
    this.#breaker.policy.onStateChange((state) => {
      if (!signal.aborted) this.#transition(STATES[state]);
    });
    try {
      while (!signal.aborted) {
        const started = clock.monotonic();
        await this.#attempt(signal);
        const elapsed = clock.monotonic() - started;
        await this.#wait(Math.max(0, source.intervalMs - elapsed), signal);
      }
    } catch (error) {
      if (!signal.aborted) this.stopped(error);
    } finally {
      this.#nextPollAt = null;
      this.#state = "stopped";
      this.#meter.stop();
    }
  }

  /** Polling cannot begin, or not go on: says so, and leaves the source stopped. */
  stopped(error: unknown, errorClass = INTERNAL): void {
    this.#state = "stopped";
    this.#meter.stop();
    this.#note(errorClass, error);
    this.#logger.fatal("{source}: polling stopped: {error}", { error });
  }

  #remember(): void {
    const { lastSuccessAt, breaker } = this.#deps.state.freshness(this.#deps.source.name);
    this.#lastSuccessAt = lastSuccessAt;
    this.#told = breaker;
  }

  async #wait(intervalMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const open = this.#breaker.policy.state === CircuitState.Open;
    const ms = open ? Math.max(0, this.#retryAt - clock.monotonic()) : intervalMs;
    this.#nextPollAt = iso(clock.now() + ms);
    this.#meter.dueIn(ms);
    await this.#rest(ms, signal);
  }

  /** Sleeps; where only the clock is waited for, no longer than until it is trusted. */
  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    const { clock, gate } = this.#deps;
    const end = clock.monotonic() + ms;
    do {
      const left = Math.max(0, end - clock.monotonic());
      await sleep(this.#isPaused ? Math.min(left, CLOCK_LOOK_MS) : left, signal);
    } while (this.#isPaused && clock.monotonic() < end && !gate.isClockTrusted());
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const wasPaused = this.#isPaused;
    this.#isPaused = false;
    this.#meter.begin();
    try {
      const outcome = await this.#breaker.policy.execute(() => this.#round(signal), signal);
      this.#meter.end(outcome);
      if (wasPaused) {
        this.#logger.info("{source}: an upstream agrees with the wall clock; recording goes on");
      }
    } catch (error) {
      if (signal.aborted) throw error;
      // The failure is noted where it happened; an open breaker is tried again after its time.
      if (error instanceof BrokenCircuitError) return;
      if (error instanceof UpstreamError) return this.#meter.end("failed");
      if (error instanceof UntrustedClockError) this.#pause(error);
      else this.#failedHere(error);
    }
  }

  /** Nothing may be recorded under the wall clock as it is. Said once for each reason. */
  #pause(untrusted: UntrustedClockError): void {
    const repeated = this.#lastError?.message === untrusted.message;
    this.#isPaused = true;
    this.#meter.end("not_kept");
    this.#state = "degraded";
    this.#note(untrusted.code, untrusted);
    if (!repeated) this.#logger.error("{source}: {error}", { error: untrusted.message });
  }

  /**
   * The log or the state failed, not the upstream: the breaker is not for that, and the round is
   * repeated. Said once until it works again, for a full disk fails every round; what is shown outside
   * names no path.
   */
  #failedHere(error: unknown): void {
    const repeated = this.#lastError?.class === INTERNAL;
    this.#meter.end("internal");
    this.#state = "degraded";
    this.#note(INTERNAL, new Error("Cannot keep what was read; the server's own log says why"));
    const why = { error: error instanceof Error ? error.message : String(error), cause: error };
    if (repeated) this.#logger.debug("{source}: cannot keep what was read: {error}", why);
    else this.#logger.error("{source}: cannot keep what was read, trying again: {error}", why);
  }

  async #round(signal: AbortSignal): Promise<"ok" | "partial"> {
    const { source, state, gate } = this.#deps;
    const entry = await gate.enter(signal);
    const backfilling = source.units.some(({ name }) => state.unit(source.name, name) === null);
    if (backfilling) this.#state = "backfilling";
    this.#backfillRows = 0;
    const result = await runRound({
      ...this.#deps,
      since: entry.since(source),
      appender: this.#appender,
      ready: () => {
        this.#meter.heard();
        entry.check();
      },
      progress: (rows) => {
        this.#meter.heard();
        if (backfilling) this.#backfillRows += rows;
        gate.bindWhenTrusted();
      },
    }, signal);
    gate.bindWhenTrusted();
    // Of a round that failed its failure is to be told, and nothing is kept.
    if (!result.failed) entry.check();
    this.#judge(result);
    return result.error === null ? "ok" : "partial";
  }

  #judge({ error, failed, whole, appended }: RoundResult): void {
    if (error !== null) this.#warn(error, failed);
    if (failed && error !== null) {
      this.#failures += 1;
      this.#state = "degraded";
      throw error;
    }
    this.#failures = 0;
    this.#state = error === null ? "ok" : "degraded";
    if (this.#lastError?.class === INTERNAL) {
      this.#logger.info("{source}: what was read is kept again");
    }
    if (error === null) this.#lastError = null;
    if (whole) this.#lastSuccessAt = iso(this.#deps.clock.now());
    this.#logger.debug("{source}: polled, {appended} new events", { appended });
    // A breaker that was open when an earlier process ended, and of which nothing was heard since.
    if (this.#told !== "CLOSED" && this.#breaker.policy.state === CircuitState.Closed) {
      this.#transition("CLOSED");
    } else this.#saveFreshness();
  }

  /** Warns of a failure, but only once of one that stays the same: a missing scope fails every round. */
  #warn(error: UpstreamError, failed: boolean): void {
    const repeated = this.#lastError?.message === error.message;
    this.#note(error.errorClass, error);
    const what = failed
      ? "{source}: poll failed: {error}"
      : "{source}: part of a poll failed: {error}";
    const properties = {
      error: error.message,
      facts: { ...error.facts, class: error.errorClass },
    };
    if (repeated) this.#logger.debug(what, properties);
    else this.#logger.warn(what, properties);
  }

  #transition(to: BreakerState): void {
    const { source, log, clock, gate } = this.#deps;
    const at = clock.now();
    const consecutiveFailures = this.#failures;
    const errorClass = to === "CLOSED" ? null : this.#lastError?.class ?? null;
    if (to === "OPEN") this.#retryAt = clock.monotonic() + this.#deps.breakerResetMs;
    this.#openedAt = to === "OPEN" ? at : to === "CLOSED" ? null : this.#openedAt;
    const facts = { state: to, errorClass, consecutiveFailures };
    // That it is tried again is no error of its own.
    if (to === "OPEN") this.#logger.error("{source}: breaker open, {errorClass}", facts);
    else this.#logger.info("{source}: breaker {state}", facts);
    // It opened while nothing could be recorded: there is nothing to take back.
    if (to === "CLOSED" && this.#told === "CLOSED") return;
    try {
      // A clock that is not trusted ends a probe too, which the breaker takes for a success.
      gate.check();
      log.append([transitionEvent(source, { to, errorClass, consecutiveFailures, at })]);
      this.#told = to;
      this.#saveFreshness();
    } catch (error) {
      // The breaker must go on working where the log does not.
      const what = "{source}: cannot record the breaker's state: {error}";
      if (error instanceof UntrustedClockError) this.#logger.warn(what, { error: error.message });
      else this.#logger.error(what, { error });
    }
  }

  #saveFreshness(): void {
    const { source, state } = this.#deps;
    state.saveFreshness(source.name, { lastSuccessAt: this.#lastSuccessAt, breaker: this.#told });
  }

  #note(errorClass: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#lastError = { class: errorClass, message, at: iso(this.#deps.clock.now()) };
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
