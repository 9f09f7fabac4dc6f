/** Judges the rules: by each final snapshot, and by the time. */
import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import { formatStreamPosition, type Frame } from "../projection/frame.ts";
import type { Projection } from "../projection/projection.ts";
import type { SourceStatus } from "../sources/status.ts";
import type { AlertStore, Change } from "./alert_store.ts";
import {
  type Answer,
  answerOfSnapshot,
  answerOfTime,
  isOfSnapshots,
  type Surroundings,
} from "./condition.ts";
import { noticeOf } from "./payload.ts";
import { INITIAL, type Notice, type RuleState, step } from "./rule_state.ts";
import type { Rule } from "./rules.ts";
import { Trouble } from "./trouble.ts";

/** The time is looked at this often, milliseconds. */
const LOOK_MS = 1_000;
/** A window that ended so long ago gets no more events: it is as good as final, milliseconds. */
const SETTLED_MS = 1_000;
/** So many changes of one rule wait to be saved; the oldest of more is let go. */
const MOST_UNSAVED = 100;

/** What is watched. */
export interface Watched {
  readonly projection: Pick<Projection, "current" | "subscribe">;
  readonly statuses: () => readonly SourceStatus[];
  readonly stalls: () => Surroundings["stalls"];
  /** False while newer events may be missing from the snapshots: then they are no answer. */
  readonly isConfirmed: () => boolean;
}

/** What a watch works with. */
export interface AlertWatchOptions {
  readonly rules: readonly Rule[];
  readonly store: AlertStore;
  readonly clock: Clock;
  readonly mode: "live" | "sandbox";
  /** Called where something is to be sent. */
  readonly onMessage: () => void;
  readonly logger?: Logger;
}

/** Judges, from {@link AlertWatch.start} on. */
export class AlertWatch {
  readonly #options: AlertWatchOptions;
  readonly #logger: Logger;
  readonly #states: Map<string, RuleState>;
  /** What the last snapshot answered, by rule; none before the first snapshot. */
  readonly #answers = new Map<string, Answer | null>();
  #judged: Frame | null = null;
  /** What could not be saved yet, the oldest first. */
  #unsaved: Change[] = [];

  constructor(options: AlertWatchOptions) {
    this.#options = options;
    this.#logger = options.logger ?? getLogger(["pnl", "alerts"]);
    this.#states = options.store.states();
  }

  /** How each rule is, by name. */
  get states(): ReadonlyMap<string, RuleState> {
    return this.#states;
  }

  /** Begins. Returns what ends it. */
  start(watched: Watched): () => void {
    const trouble = new Trouble({
      logger: this.#logger,
      clock: this.#options.clock,
      failed: "Cannot judge the alerts, or cannot keep what they come to",
      over: "The alerts are judged and kept again",
    });
    const judge = (frame: Frame | null) => {
      try {
        this.#look(watched, frame);
        this.#save();
        trouble.over();
      } catch (error) {
        trouble.failed(error);
      }
    };
    const end = watched.projection.subscribe((frame) => {
      if (frame.final) judge(frame);
    });
    const timer = setInterval(() => judge(watched.projection.current()), LOOK_MS);
    return () => {
      clearInterval(timer);
      end();
    };
  }

  #look(watched: Watched, frame: Frame | null): void {
    const { clock, rules } = this.#options;
    const now = clock.now();
    if (frame !== null && watched.isConfirmed()) this.#takeSnapshot(frame, now);
    const around = { statuses: watched.statuses(), stalls: watched.stalls(), now };
    for (const rule of rules) this.#change(rule, around, frame);
  }

  /**
   * Saves what changed, together. What cannot be saved is kept for the next time, and the judging goes
   * on: what began and ended meanwhile is told in its order, and with its own times.
   *
   * @throws {DatabaseError} with nothing saved
   */
  #save(): void {
    if (this.#unsaved.length === 0) return;
    const { store, clock, onMessage } = this.#options;
    store.save(this.#unsaved, clock.now());
    const isMessage = this.#unsaved.some(({ delivery }) => delivery !== null);
    this.#unsaved = [];
    if (isMessage) onMessage();
  }

  /** Lets a snapshot answer, once, where nothing can change it any more. */
  #takeSnapshot(frame: Frame, now: number): void {
    const judged = this.#judged;
    if (judged?.epoch === frame.epoch && judged.offset === frame.offset) return;
    const snapshot: Snapshot = JSON.parse(frame.json);
    if (!frame.final && now < Date.parse(snapshot.window.end) + SETTLED_MS) return;
    for (const { name, when } of this.#options.rules) {
      if (isOfSnapshots(when)) this.#answers.set(name, answerOfSnapshot(when, snapshot));
    }
    this.#judged = frame;
  }

  #change(rule: Rule, around: Surroundings, frame: Frame | null): void {
    const { now } = around;
    const before = this.#states.get(rule.name) ?? INITIAL;
    const answer = isOfSnapshots(rule.when)
      ? this.#answers.get(rule.name) ?? null
      : answerOfTime(rule.when, around);
    const { state, notice } = step(before, rule, answer, now);
    const isSame = notice === null && state.status === before.status &&
      state.since === before.since;
    if (isSame) return;
    if (notice !== null) this.#tell(rule, state, notice);
    const seen = isOfSnapshots(rule.when) ? this.#judged : frame;
    const place = {
      position: seen?.position ?? null,
      pos: seen === null ? null : formatStreamPosition(seen),
      mode: this.#options.mode,
    };
    const delivery = notice === null ? null : noticeOf(rule, state, notice, now, place);
    this.#states.set(rule.name, state);
    this.#keep({ rule: rule.name, state, delivery }, notice);
  }

  /** To be saved. How the rule is, is in its newest change. */
  #keep(change: Change, notice: Notice | null): void {
    const mine = this.#unsaved.filter(({ rule }) => rule === change.rule);
    const last = mine.at(-1);
    if (notice === "repeated" && last !== undefined) {
      // What waits says already that it fires.
      const merged = { ...change, delivery: last.delivery };
      this.#unsaved = this.#unsaved.map((each) => each === last ? merged : each);
      return;
    }
    if (mine.length === MOST_UNSAVED) {
      this.#unsaved = this.#unsaved.filter((each) => each !== mine[0]);
    }
    this.#unsaved.push(change);
  }

  #tell({ name: rule, webhook }: Rule, { value }: RuleState, notice: string): void {
    this.#logger.warn("Alert {rule}: {notice}", { rule, notice, value, webhook });
  }
}
