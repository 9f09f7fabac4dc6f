/** Answers how a number came about, at the current position or a past one. */
import { LRUCache } from "lru-cache";
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { explain, type ExplainedMetric, unitOf } from "../pnl/explain.ts";
import type { ExplainedNode } from "../pnl/explain_node.ts";
import type { Fold } from "../pnl/fold.ts";
import { type FinalsBefore, findBases } from "./explain_bases.ts";
import { EventsOf, type Explained } from "./explain_events.ts";
import { PastFolds, type PastOptions } from "./explain_past.ts";
import { Turns } from "./turns.ts";

/** Questions that may wait for their turn. */
const MAX_WAITING = 16;
/** Answers kept: one does not change, and is asked for again by who looks at it, hardly by others later. */
const MAX_ANSWERS = 32;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** How a number came about. */
export interface Explanation {
  readonly schema: "pnl.explain.v1";
  readonly metric: ExplainedMetric;
  readonly position: number;
  /** When the event at the position was recorded, UTC. */
  readonly at: string;
  readonly value: string | null;
  readonly unit: "USD" | "percent";
  readonly node: Explained;
}

/** The projection that has the numbers; {@link Projector} is one. */
export interface ExplainedProjection extends FinalsBefore {
  readonly windowMs: number;
  /** The fold as it is now: to be read at once, and changed by nobody. */
  readonly fold: Fold;
  readonly checkpoint: PastOptions["checkpoint"];
}

/** Too many questions wait for their turn. */
export class ExplainerBusyError extends Error {
  readonly code = "explainer_busy";
  constructor() {
    super(`Cannot explain any more: ${MAX_WAITING} questions wait for their turn`);
    this.name = "ExplainerBusyError";
  }
}

/** A position that is not folded yet, or the log is empty. */
export class NotFoldedError extends Error {
  readonly code = "not_folded";
  constructor(readonly position: number, readonly folded: number) {
    super(`Cannot explain position ${position}: ${folded} events are folded`);
    this.name = "NotFoldedError";
  }
}

/** Options of {@link Explainer}. */
export interface ExplainerOptions extends Pick<PastOptions, "log" | "clock" | "budgetMs"> {
  readonly projection: ExplainedProjection;
}

/**
 * Explains numbers beside the work of the projection: one question at a time, in small steps between
 * which everybody else has a turn.
 */
export class Explainer {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #projection: ExplainedProjection;
  readonly #past: PastFolds;
  readonly #turns = new Turns();
  readonly #answers = new LRUCache<string, string>({
    max: MAX_ANSWERS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (json) => json.length,
  });
  #waiting = 0;

  constructor({ log, clock, projection, budgetMs }: ExplainerOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#projection = projection;
    this.#past = new PastFolds({
      log,
      clock,
      windowMs: projection.windowMs,
      checkpoint: () => projection.checkpoint(),
      ...(budgetMs === undefined ? {} : { budgetMs }),
    });
  }

  /**
   * Explains a number.
   *
   * @param at the position; null for the current one
   * @returns JSON of the {@link Explanation}
   * @throws {NotFoldedError} beyond what is folded
   * @throws {TooFarError} where folding up to a past position takes too long
   * @throws {ExplainerBusyError} where too many wait
   * @throws the signal's reason
   */
  async explain(metric: ExplainedMetric, at: number | null, signal: AbortSignal): Promise<string> {
    const { fold } = this.#projection;
    const position = at ?? fold.position;
    if (position === 0 || position > fold.position) {
      throw new NotFoldedError(position, fold.position);
    }
    const key = `${metric} ${position}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    // The projection goes on while this waits for its turn.
    const current = position === fold.position ? this.#nodeOf(fold, metric) : null;
    return await this.#inTurn(async () => {
      signal.throwIfAborted();
      const node = current ?? this.#nodeOf(await this.#past.at(position, signal), metric);
      const json = JSON.stringify(await this.#complete(node, metric, position, signal));
      this.#answers.set(key, json);
      return json;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) throw new ExplainerBusyError();
    this.#waiting += 1;
    try {
      return await this.#turns.take(work);
    } finally {
      this.#waiting -= 1;
    }
  }

  #nodeOf(fold: Fold, metric: ExplainedMetric): ExplainedNode {
    const trend = metric === "trendPct" || metric === "dailyTrendPct";
    const bases = trend ? findBases(this.#projection, this.#log, fold) : { prior: null, day: null };
    const node = explain(fold, metric, bases);
    if (node === null) throw new NotFoldedError(fold.position, 0);
    return node;
  }

  async #complete(
    node: ExplainedNode,
    metric: ExplainedMetric,
    position: number,
    signal: AbortSignal,
  ): Promise<Explanation> {
    const found = await new EventsOf(this.#log, this.#clock, position, signal).find(node);
    const [line] = this.#log.read({ after: position - 1, to: position, limit: 1 });
    const { recordedtime }: { recordedtime: string } = JSON.parse(line?.line ?? "{}");
    return {
      schema: "pnl.explain.v1",
      metric,
      position,
      at: recordedtime,
      value: found.value,
      unit: unitOf(metric),
      node: found,
    };
  }
}
