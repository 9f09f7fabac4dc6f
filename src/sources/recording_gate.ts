/** What stands before every append: a wall clock that is trusted, and sources that are bound. */
import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { EventLog } from "../log/event_log.ts";
import { bindMissing, checkBindings } from "./binding.ts";
import { type ClockJumpError, ClockWatch, MAX_JUMP_MS } from "./clock_watch.ts";
import type { Binding, Source } from "./source.ts";

/** What a gate works with. */
export interface GateDeps {
  readonly sources: readonly Source[];
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** A round's admission. */
export interface Entry {
  /** First UTC day that a source is to read, as bound; null where it is not bounded. */
  since(source: Source): string | null;
  /**
   * To be called before anything of the round is kept.
   *
   * @throws {UntrustedClockError} where the wall clock is not trusted, or jumped since the round began: what
   * was read may carry times from before
   * @throws {LogFailedError} where the sources cannot be bound
   * @throws the reason that {@link RecordingGate.close} was given
   */
  check(): void;
}

/** The bindings as they are to be recorded, and the last jump that was seen before they were made. */
interface Resolved {
  readonly bindings: ReadonlyMap<Source, Binding>;
  readonly jump: ClockJumpError | null;
}

/** Lets events through to the log once they may be recorded. One for all sources. */
export class RecordingGate {
  readonly #deps: GateDeps;
  readonly #logger: Logger;
  readonly #watch: ClockWatch;
  #resolved: Resolved | null = null;
  #isBound = false;
  #closed: Error | null = null;

  constructor(deps: GateDeps) {
    this.#deps = deps;
    this.#logger = deps.logger ?? getLogger(["pnl", "sources"]);
    this.#watch = new ClockWatch(deps.clock, () => lastAgreement(deps.sources));
  }

  /** Lets nothing through any more, not even what is on its way. */
  close(reason: Error): void {
    this.#closed ??= reason;
  }

  /** False until an upstream's `Date` agrees with the wall clock, at first and after each jump. */
  isClockTrusted(): boolean {
    return this.#watch.look() === null;
  }

  /**
   * Begins a round. Until the sources are bound the bindings are made anew for each: the first day of one
   * may come from the wall clock.
   *
   * @throws {BindingError}
   */
  async enter(signal: AbortSignal): Promise<Entry> {
    this.#watch.look();
    const jump = this.#watch.lastJump;
    if (!this.#isBound) {
      const bindings = await checkBindings({ ...this.#deps, signal });
      // Another round may have bound them meanwhile.
      if (!this.#isBound) this.#resolved = { bindings, jump };
    }
    const bindings = this.#resolved?.bindings;
    return {
      since: (source) => bindings?.get(source)?.since ?? null,
      check: () => this.#check(jump),
    };
  }

  /**
   * Before an event that belongs to no round.
   *
   * @throws as {@link Entry.check}
   */
  check(): void {
    this.#watch.look();
    this.#check(this.#watch.lastJump);
  }

  /**
   * Binds the sources where that is to be done and the clock is trusted: a round that goes on for long, or
   * fails, holds it not back.
   *
   * @throws {LogFailedError}
   */
  bindWhenTrusted(): void {
    if (this.#closed !== null || this.#isBound || !this.isClockTrusted()) return;
    if (this.#resolved?.jump === this.#watch.lastJump) this.#bind();
  }

  #check(jump: ClockJumpError | null): void {
    if (this.#closed !== null) throw this.#closed;
    const untrusted = this.#watch.look();
    if (untrusted !== null) throw untrusted;
    this.#refuseAfter(jump);
    if (!this.#isBound) this.#bind();
  }

  #refuseAfter(jump: ClockJumpError | null): void {
    const { lastJump } = this.#watch;
    if (lastJump !== null && lastJump !== jump) throw lastJump;
  }

  #bind(): void {
    if (this.#resolved === null) throw new Error("Cannot bind: no round has begun");
    this.#refuseAfter(this.#resolved.jump);
    bindMissing(this.#deps.log, this.#resolved.bindings, this.#deps.clock.now());
    this.#isBound = true;
    this.#compareHead();
  }

  /** Says what a log means that was written under a clock which was ahead. */
  #compareHead(): void {
    const { recordedTime } = this.#deps.log.head();
    if (recordedTime === null) return;
    const aheadMs = Date.parse(recordedTime) - this.#deps.clock.now();
    if (aheadMs <= MAX_JUMP_MS) return;
    this.#logger.error(
      "The log's last recorded time, {recordedTime}, is {aheadSeconds} s ahead of the wall clock, with " +
        "which an upstream agrees: it was written under a wrong clock. Recorded times never go down: " +
        "until then every event is recorded as of that time, no window closes and no day begins",
      { recordedTime, aheadSeconds: Math.round(aheadMs / 1000) },
    );
  }
}

function lastAgreement(sources: readonly Source[]): number | null {
  const times = sources.flatMap((source) => source.dateAgreedAt() ?? []);
  return times.length === 0 ? null : Math.max(...times);
}
